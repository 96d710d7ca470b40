import { openDatabase } from '@ordercast/platform/database.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { wait } from '@ordercast/platform/wait.ts';
import { createOrderService } from '@ordercast/services/orders/order-service.ts';
import { findProducts } from '@ordercast/services/products/product-store.ts';
import { z } from 'zod';
import { answerOrders } from '../child.ts';
import { STAFF_SUB, productId } from '../many-orders/random-order.ts';

/** Places an order now and then, from `start` to `stop`, and counts those that waited for a lock of another process. */
const PAUSE_MS = 50;
const [url = ''] = process.argv.slice(2);
let waits = 0;
const database = openDatabase(url, {
  pacing: {
    wait: async (ms, signal) => {
      waits += 1;
      await wait(ms, signal);
    },
  },
});
const clock = Date.now;
const service = createOrderService({
  database,
  people: { personOf: () => Promise.resolve({ sub: STAFF_SUB, name: 'Sam', email: '' }) },
  findProducts,
  clock,
  ulids: createUlidSource({ clock, random: Math.random }),
  onCommitted: () => undefined,
});
const caller = { sub: STAFF_SUB, roles: ['staff'] as const, accessToken: '', signedInAt: 0 };

let placing: Promise<{ placed: number; waited: number }> | undefined;
let stopping = new AbortController();

async function placeUntil(signal: AbortSignal): Promise<{ placed: number; waited: number }> {
  const counts = { placed: 0, waited: 0 };
  while (!signal.aborted) {
    const before = waits;
    const result = await service.place(
      caller,
      { lines: [{ productId: productId(0), quantity: 1 }] },
      { traceparent: '00-0-0-01', remember: () => Promise.resolve() },
    );
    if (result.kind !== 'placed') throw new Error(`an order was ${result.kind}`);
    counts.placed += 1;
    if (waits > before) counts.waited += 1;
    await wait(PAUSE_MS, signal);
  }
  return counts;
}

answerOrders(z.enum(['start', 'stop']), (order) => {
  if (order === 'start') {
    stopping = new AbortController();
    placing = placeUntil(stopping.signal);
    return {};
  }
  stopping.abort();
  return placing;
});

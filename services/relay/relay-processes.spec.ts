import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { orderSchema } from '@ordercast/contract/order.ts';
import { orderEventDataSchema } from '@ordercast/contract/order-event.ts';
import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outboxEventSchema } from '../outbox/outbox-event.ts';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import type { Child } from '@ordercast/platform/testing/child-process.ts';
import { ADA, SAM, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';

const RELAY = join(import.meta.dirname, '../testing/relay-process.ts');

let api: TestApi;
let logFile: string;
const relays: Child[] = [];
beforeEach(async () => {
  api = await startTestApi();
  logFile = `${api.database.url.slice('sqlite:'.length)}.log`;
  await writeFile(logFile, '');
});
afterEach(async () => {
  for (const relay of relays.splice(0)) {
    relay.kill('SIGKILL');
    await relay.ended;
  }
  await api.close();
});

function start(settings: Record<string, string> = {}): Child {
  const relay = startChild(RELAY, {
    DATABASE_URL: api.database.url,
    LOG_FILE: logFile,
    ...settings,
  });
  relays.push(relay);
  return relay;
}

/** Places an order and leads it to its end; resolves with its id. */
async function liveThrough(): Promise<string> {
  const placed = await api.call(ADA, 'POST', '/orders', {
    body: { lines: [{ productId: 'tea', quantity: 1 }] },
  });
  const { id } = orderSchema.parse(placed.body);
  for (const [index, to] of ['confirmed', 'packed', 'shipped', 'delivered'].entries()) {
    const moved = await api.call(SAM, 'POST', `/orders/${id}/transitions`, {
      body: { to },
      headers: { 'If-Match': `"${index + 1}"` },
    });
    expect(moved.status).toBe(200);
  }
  return id;
}

/** A channel as its log has it: what came, without the repeats that the log recognises by id. */
async function channel(name: string): Promise<OrderEventData[]> {
  const lines = (await readFile(logFile, 'utf8')).split('\n');
  const events = new Map<string, OrderEventData>();
  for (const line of lines) {
    if (!line.startsWith(`${name} `)) continue;
    const { id, data } = outboxEventSchema.parse(JSON.parse(line.slice(name.length + 1)));
    if (!events.has(id)) events.set(id, orderEventDataSchema.parse(data));
  }
  return [...events.values()];
}

async function expectAllPublished(orderIds: readonly string[]): Promise<void> {
  await expect
    .poll(() => api.database.db('outbox').whereNull('published_at').pluck('id'), { interval: 100 })
    .toEqual([]);
  for (const name of ['orders', `user/${ADA.sub}`]) {
    const events = await channel(name);
    for (const orderId of orderIds) {
      const versions = events.filter((event) => event.orderId === orderId);
      expect(versions.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    }
    expect(events).toHaveLength(orderIds.length * 5);
  }
}

describe('relays as processes of their own', () => {
  it.each(['afterClaim', 'afterPublish', 'beforeComplete'])(
    'lose nothing and mix nothing up when one dies at %s',
    async (crashPoint) => {
      const dying = start({ CRASH_AT: crashPoint });
      await dying.lineWith('"leading"');
      const orderIds = [await liveThrough(), await liveThrough()];
      expect((await dying.ended).signal).toBe('SIGKILL');
      start();
      await expectAllPublished(orderIds);
    },
  );

  it('carry on under load while one leader after the other is killed', async () => {
    const [first, second] = [start(), start()];
    const leader = await Promise.race(
      [first, second].map((relay) => relay.lineWith('"leading"').then(() => relay)),
    );
    const orders = Promise.all(Array.from({ length: 40 }, liveThrough));
    leader.kill('SIGKILL');
    const heir = leader === first ? second : first;
    await heir.lineWith('"leading"');
    heir.kill('SIGKILL');
    await heir.ended;
    const last = start();
    await expectAllPublished(await orders);
    last.kill('SIGTERM');
    expect(await last.ended).toEqual({ code: 0, signal: null });
  });

  it('harm nothing when a leader that was stopped for long wakes up again', async () => {
    const sleeper = start();
    await sleeper.lineWith('"leading"');
    const before = [await liveThrough()];
    sleeper.kill('SIGSTOP');
    const heir = start();
    const meanwhile = await Promise.all(Array.from({ length: 5 }, liveThrough));
    await heir.lineWith('"leading"');
    await expectAllPublished([...before, ...meanwhile]);
    sleeper.kill('SIGCONT');
    await sleeper.lineWith('not leading any more');
    const after = await Promise.all(Array.from({ length: 5 }, liveThrough));
    await expectAllPublished([...before, ...meanwhile, ...after]);
  });
});

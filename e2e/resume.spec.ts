import { createRealtimeClient } from '@ordercast/client/realtime-client.ts';
import { ORDERS_CHANNEL, userChannel } from '@ordercast/contract/channel.ts';
import { orderEventDataSchema } from '@ordercast/contract/order-event.ts';
import { startSystemProcess } from './testing/system-process.ts';
import type { SystemProcess } from './testing/system-process.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cuttableWire } from './testing/cuttable-wire.ts';
import { moveOrder, placeOrder, signInAs } from './testing/person.ts';
import type { Person } from './testing/person.ts';

let system: SystemProcess;
let ada: Person;
let grace: Person;
let sam: Person;

beforeAll(async () => {
  system = await startSystemProcess();
  [ada, grace, sam] = await Promise.all([
    signInAs(system.url, 'ada@example.com'),
    signInAs(system.url, 'grace@example.com'),
    signInAs(system.url, 'sam@example.com'),
  ]);
});
afterAll(async () => {
  expect(await system.stop()).toBe(0);
});

describe('a client that was away', () => {
  it('gets exactly the 50 events that it missed, once and in order', async () => {
    const wire = await cuttableWire(system.url);
    const seen: { orderId: string; version: number }[] = [];
    let reloads = 0;
    const client = createRealtimeClient({
      url: ada.config.realtimeUrl,
      token: () => Promise.resolve(ada.accessToken),
      WebSocket: wire.WebSocket,
    });
    const subscription = client.subscribe(userChannel(ada.sub), {
      onEvent: (event) => seen.push(orderEventDataSchema.parse(event.data)),
      onReload: () => (reloads += 1),
    });
    await subscription.ready;
    const before = await placeOrder(ada);
    await expect.poll(() => seen.length).toBe(1);

    wire.cut();
    await expect.poll(() => client.state).not.toBe('connected');
    const expected = [];
    for (let count = 0; count < 25; count += 1) {
      const order = await placeOrder(ada);
      const moved = await moveOrder(sam, order, 'confirmed');
      expect(moved.status).toBe(200);
      expected.push({ orderId: order.id, version: 1 }, { orderId: order.id, version: 2 });
    }
    wire.mend();
    await expect.poll(() => seen.length).toBe(51);

    const after = await placeOrder(ada);
    await expect.poll(() => seen.length).toBe(52);
    expect(seen.map(({ orderId, version }) => ({ orderId, version }))).toEqual([
      { orderId: before.id, version: 1 },
      ...expected,
      { orderId: after.id, version: 1 },
    ]);
    expect(reloads).toBe(0);
    client.close();
    wire.close();
  });

  it("sees nothing of another customer's orders, however it asks", async () => {
    const seen: unknown[] = [];
    const client = createRealtimeClient({
      url: grace.config.realtimeUrl,
      token: () => Promise.resolve(grace.accessToken),
    });
    const listener = { onEvent: (event: unknown) => seen.push(event), onReload: () => undefined };
    await client.subscribe(userChannel(grace.sub), listener).ready;
    for (const channel of [userChannel(ada.sub), ORDERS_CHANNEL, 'nothing', 'user/', 'user/*']) {
      await expect(client.subscribe(channel, listener).ready).rejects.toThrow(/FORBIDDEN_CHANNEL/);
    }
    const order = await placeOrder(ada);
    const own = await placeOrder(grace);
    await expect.poll(() => seen.length).toBe(1);
    expect(JSON.stringify(seen)).toContain(own.id);
    expect((await grace.call('GET', `/orders/${order.id}`)).status).toBe(404);
    expect((await grace.call('GET', `/orders/${order.id}/timeline`)).status).toBe(404);
    expect((await moveOrder(grace, order, 'cancelled')).status).toBe(404);
    client.close();
  });
});

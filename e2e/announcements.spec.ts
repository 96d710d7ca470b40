import { createRealtimeClient } from '@ordercast/client/realtime-client.ts';
import { announcementEventDataSchema } from '@ordercast/contract/announcement.ts';
import { ANNOUNCEMENTS_CHANNEL, userChannel } from '@ordercast/contract/channel.ts';
import { startSystemProcess } from './testing/system-process.ts';
import type { SystemProcess } from './testing/system-process.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cuttableWire } from './testing/cuttable-wire.ts';
import { firstProduct, signInAs } from './testing/person.ts';

let system: SystemProcess;

beforeAll(async () => {
  system = await startSystemProcess();
});
afterAll(async () => {
  expect(await system.stop()).toBe(0);
});

describe('announcements', () => {
  it('reach all who are online, and those who come back', async () => {
    const alex = await signInAs(system.url, 'alex@example.com');
    const wire = await cuttableWire(system.url);
    const people = await Promise.all(
      ['ada@example.com', 'grace@example.com', 'sam@example.com'].map(async (email) => {
        const person = await signInAs(system.url, email);
        const client = createRealtimeClient({
          url: person.config.realtimeUrl,
          token: () => Promise.resolve(person.accessToken),
          ...(email.startsWith('grace') ? { WebSocket: wire.WebSocket } : {}),
        });
        const seen: unknown[] = [];
        const subscription = client.subscribe(ANNOUNCEMENTS_CHANNEL, {
          onEvent: ({ type, data }) => seen.push({ type, data }),
          onReload: () => seen.push('reload'),
        });
        await subscription.ready;
        return { person, client, seen };
      }),
    );
    wire.cut();
    const texts = ['Closed on Monday', 'Open again 🎉'];
    const published = [];
    for (const text of texts) {
      const answer = await alex.call('POST', '/announcements', { body: { text } });
      expect(answer.status).toBe(201);
      const data = announcementEventDataSchema.parse(answer.body);
      published.push({ type: 'announcement.published', data });
    }
    const [ada, grace, sam] = people;
    await expect.poll(() => ada?.seen).toEqual(published);
    await expect.poll(() => sam?.seen).toEqual(published);
    expect(grace?.seen).toEqual([]);
    wire.mend();
    await expect.poll(() => grace?.seen).toEqual(published);

    expect(
      (await ada?.person.call('POST', '/announcements', { body: { text: 'x' } }))?.status,
    ).toBe(403);
    expect((await ada?.person.call('GET', '/announcements'))?.body).toMatchObject({
      items: [{ text: texts[1] }, { text: texts[0] }],
      nextCursor: null,
    });
    for (const { client } of people) client.close();
    wire.close();
  });
});

describe('trace context', () => {
  it('goes from the request to its answer and to the event that it caused', async () => {
    const ada = await signInAs(system.url, 'ada@example.com');
    const traces: unknown[] = [];
    const client = createRealtimeClient({
      url: ada.config.realtimeUrl,
      token: () => Promise.resolve(ada.accessToken),
    });
    await client.subscribe(userChannel(ada.sub), {
      onEvent: (event) => traces.push('traceparent' in event ? event.traceparent : undefined),
      onReload: () => undefined,
    }).ready;
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await ada.call('POST', '/orders', {
      body: { lines: [{ productId: await firstProduct(ada), quantity: 1 }] },
      headers: { traceparent, 'X-Request-Id': 'my-request-1' },
    });
    expect(answer.headers.get('traceparent')).toBe(traceparent);
    expect(answer.headers.get('x-request-id')).toBe('my-request-1');
    await expect.poll(() => traces).toEqual([traceparent]);
    client.close();
  });
});

const consoleSchema = z.object({
  connections: z.array(z.object({ sub: z.string(), shards: z.array(z.string()) })),
  queues: z.array(z.object({ queue: z.string(), waiting: z.number(), inHand: z.number() })),
});

describe('the local console', () => {
  it('shows who stands where, and what the queues hold', async () => {
    const sam = await signInAs(system.url, 'sam@example.com');
    const client = createRealtimeClient({
      url: sam.config.realtimeUrl,
      token: () => Promise.resolve(sam.accessToken),
    });
    const handlers = { onEvent: () => undefined, onReload: () => undefined };
    await client.subscribe(ANNOUNCEMENTS_CHANNEL, handlers).ready;
    const shown = async () =>
      consoleSchema.parse(await (await fetch(`${system.url}/console/state.json`)).json());
    const channels = (await shown()).connections
      .filter(({ sub }) => sub === sam.sub)
      .flatMap(({ shards }) => shards.map((shard) => shard.split('#')[0]));
    expect(channels).toContain(ANNOUNCEMENTS_CHANNEL);
    await expect
      .poll(async () => (await shown()).queues)
      .toEqual([
        { queue: 'broadcasts', waiting: 0, inHand: 0 },
        { queue: 'broadcasts put aside', waiting: 0, inHand: 0 },
      ]);
    client.close();
  });
});

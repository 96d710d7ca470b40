import { describe, expect, it } from 'vitest';
import { createEventQueue, isReload } from './event-queue.ts';
import type { StreamItem } from './event-queue.ts';
import { clientUnderTest, until } from './testing/client-under-test.ts';

function item(id: string): StreamItem {
  return { specversion: '1.0', id, type: 't', source: '/s', time: 't', data: null };
}

describe('the queue behind an iterator', () => {
  it('puts one reload in the place of what a slow consumer has missed', async () => {
    const queue = createEventQueue(3, () => undefined);
    for (const id of ['1', '2', '3', '4', '5']) queue.push(item(id));
    expect([await queue.next(), await queue.next()]).toMatchObject([
      { value: { type: 'reload' } },
      { value: { id: '5' } },
    ]);
  });

  it('serves several that wait, in turn', async () => {
    const queue = createEventQueue(3, () => undefined);
    const waiting = [queue.next(), queue.next()];
    queue.push(item('1'));
    queue.push(item('2'));
    expect(await Promise.all(waiting)).toMatchObject([
      { value: { id: '1' } },
      { value: { id: '2' } },
    ]);
  });

  it('hands out what is queued before it fails, once, and is done then', async () => {
    const queue = createEventQueue(3, () => undefined);
    queue.push(item('1'));
    queue.end(new Error('over'));
    queue.push(item('2'));
    expect(await queue.next()).toMatchObject({ value: { id: '1' } });
    await expect(queue.next()).rejects.toThrow('over');
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });
});

describe('events(channel)', () => {
  it('iterates until the loop is left, then unsubscribes', async () => {
    const { client, model, connection } = await clientUnderTest();
    const ids: string[] = [];
    const loop = (async () => {
      for await (const event of client.events('orders')) {
        if (isReload(event)) continue;
        ids.push(event.id);
        if (ids.length === 3) break;
      }
    })();
    await until(() => model.server.connections.size === 1 && connection().channels.has('orders'));
    model.server.publish('orders', 2);
    model.server.publish('orders', 3);
    await loop;
    expect(ids).toEqual(['e1-1', 'e1-2', 'e1-3']);
    await until(() => connection().channels.size === 0);
  });

  it('throws what a subscription fails with', async () => {
    const { client, model } = await clientUnderTest();
    model.server.refuseNext('subscribe', 'FORBIDDEN_CHANNEL');
    const iterator = client.events('orders')[Symbol.asyncIterator]();
    await expect(iterator.next()).rejects.toMatchObject({ code: 'FORBIDDEN_CHANNEL' });
  });
});

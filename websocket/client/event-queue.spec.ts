import { describe, expect, it, vi } from 'vitest';
import { createEventQueue } from './event-queue.ts';
import { RealtimeError } from './errors.ts';
import type { CloudEvent } from './frames.ts';
import { memoryPositions } from './positions.ts';
import type { RealtimeClient } from './realtime-client.ts';
import { createRealtimeClient } from './realtime-client.ts';
import type { StreamItem } from './stream-item.ts';
import { isReload } from './stream-item.ts';
import type { ClientUnderTest } from './testing/client-under-test.ts';
import { clientUnderTest, until } from './testing/client-under-test.ts';

function item(id: string): CloudEvent {
  return { specversion: '1.0', id, type: 't', source: '/s', time: 't', data: null };
}

/** A queue of 3, filled by ids, and what its channel is asked for. */
function queueOf3() {
  const channel = { save: vi.fn(), remove: vi.fn() };
  const { listener, iterator } = createEventQueue(3, () => channel);
  let order = 0;
  const push = (...ids: string[]) => {
    for (const id of ids) listener.onEvent(item(id), { order, before: at(order++) });
  };
  return { listener, iterator, push, channel };
}

const at = (seq: number) => ({ epoch: 'e', seq });

describe('the queue behind an iterator', () => {
  it('puts one reload in the place of what a slow consumer has missed', async () => {
    const { listener, iterator, push } = queueOf3();
    push('1', '2', '3', '4', '5');
    expect(listener.unhandled?.before).toEqual(at(0));
    expect([await iterator.next(), await iterator.next()]).toMatchObject([
      { value: { type: 'reload' } },
      { value: { id: '5' } },
    ]);
    expect(listener.unhandled?.before).toEqual(at(4));
  });

  it('serves several that wait, in turn', async () => {
    const { iterator, push } = queueOf3();
    const waiting = [iterator.next(), iterator.next()];
    push('1', '2');
    expect(await Promise.all(waiting)).toMatchObject([
      { value: { id: '1' } },
      { value: { id: '2' } },
    ]);
  });

  it('counts an item as handled when the next is asked for, or the loop is left', async () => {
    const { listener, iterator, push, channel } = queueOf3();
    push('1', '2', '3');
    await iterator.next();
    expect(listener.unhandled?.before).toEqual(at(0));
    await iterator.next();
    expect(listener.unhandled?.before).toEqual(at(1));
    channel.remove.mockImplementation(() => expect(listener.unhandled?.before).toEqual(at(2)));
    await iterator.return?.();
    expect(channel.remove).toHaveBeenCalledExactlyOnceWith(listener);
    expect(await iterator.next()).toMatchObject({ done: true });
  });

  it('is left at once, also while it waits for an item or has not begun', async () => {
    for (const begin of [
      () => undefined,
      (iterator: AsyncIterator<StreamItem>) => iterator.next(),
    ]) {
      const { iterator, channel } = queueOf3();
      const waiting = begin(iterator);
      const left = iterator.return?.();
      expect(channel.remove).toHaveBeenCalledOnce();
      expect(await left).toEqual({ done: true, value: undefined });
      await waiting;
    }
  });

  it('fails once, without what is queued, and is done then', async () => {
    const { listener, iterator, push } = queueOf3();
    push('1', '2');
    await iterator.next();
    listener.onEnd(new RealtimeError('over'));
    push('3');
    await expect(iterator.next()).rejects.toThrow('over');
    expect(listener.unhandled?.before).toEqual(at(1));
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
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

  it('hands to the next loop what the last one left in the queue, once and in order', async () => {
    const { client, model, stands } = await readerUnderTest();
    const ids: string[] = [];
    let loops = 0;
    while (ids.length < 5 && loops < 5) {
      loops += 1;
      for await (const event of client.events('orders')) {
        if (loops === 1 && ids.length === 0) model.server.publish('orders', 4);
        ids.push(isReload(event) ? 'reload' : event.id);
        if (ids.length % 2 === 0 || ids.length === 5) break;
      }
    }
    expect(ids).toEqual(model.server.ids('orders'));
    await until(() => !stands());
  });

  it('resumes in another program after what was handled, and with what was not', async () => {
    const positions = memoryPositions();
    const { client, model } = await readerUnderTest({ positions });
    const reader = client.events('orders')[Symbol.asyncIterator]();
    const first = await reader.next();
    model.server.publish('orders', 3);
    const second = await reader.next();
    expect([first, second]).toMatchObject([{ value: { id: 'e1-1' } }, { value: { id: 'e1-2' } }]);
    await until(() => model.server.ids('orders').length === 4);

    // It dies with e1-2 in hand.
    const successor = createRealtimeClient({
      url: model.url,
      token: () => Promise.resolve('plain-token'),
      positions: { ...positions, save: () => undefined },
    });
    expect(await take(successor, 3)).toEqual(['e1-2', 'e1-3', 'e1-4']);
    successor.close();

    // It is closed with e1-2 in hand, and handles it all the same.
    client.close();
    expect(await reader.next()).toMatchObject({ done: true });
    expect(positions.load('orders')).toBe('e1.2');
  });

  it('tells a reload again to the next loop, where the last one did not come to it', async () => {
    const { client, model, waitFor, cut } = await readerUnderTest();
    const reader = client.events('orders')[Symbol.asyncIterator]();
    await reader.next();
    const events = model.server.ids('orders').length;
    await cut();
    model.server.publish('orders', 5);
    model.server.expire('orders');
    await waitFor(() => client.state === 'connected' && model.server.connections.size === 1);
    const [connection] = model.server.connections;
    await until(() => connection?.channels.has('orders') === true);
    model.server.publish('orders');
    await reader.return?.();
    expect(await take(client, 1)).toEqual(['reload']);
    expect(events).toBe(1);
  });

  it('keeps the place of a loop while callbacks on the same channel go on', async () => {
    const positions = memoryPositions();
    const { client, model, listen } = await readerUnderTest({ positions });
    const reader = client.events('orders')[Symbol.asyncIterator]();
    await reader.next();
    const received = listen('orders');
    await received.subscription.ready;
    model.server.publish('orders', 3);
    await until(() => received.ids.length === 3);
    expect(positions.load('orders')).toBe('e1.0');
    await reader.next();
    expect(positions.load('orders')).toBe('e1.1');
    await reader.return?.();
    expect(positions.load('orders')).toBe('e1.4');
  });

  it('keeps one place, however far a consumer falls behind', async () => {
    const saves: string[] = [];
    const positions = memoryPositions();
    const { client, model } = await readerUnderTest({
      positions: {
        ...positions,
        save: (channel, position) => {
          if (position !== saves.at(-1)) saves.push(position);
          positions.save(channel, position);
        },
      },
    });
    const reader = client.events('orders')[Symbol.asyncIterator]();
    await reader.next();
    const received: string[] = [];
    client.subscribe('orders', {
      onEvent: (event) => received.push(event.id),
      onReload: () => expect.unreachable(),
    });
    for (let burst = 1; burst <= 25; burst += 1) {
      model.server.publish('orders', 100);
      await until(() => received.length === 100 * burst);
    }
    expect(saves).toEqual(['e1.0']);
    expect(await reader.next()).toMatchObject({ value: { type: 'reload' } });
    expect(saves).toEqual(['e1.0', 'e1.1']);
    const behind = await reader.next();
    // 1,000 waited, and the one after them made the reload.
    expect(behind).toMatchObject({ value: { id: 'e1-2003' } });
    expect(saves).toEqual(['e1.0', 'e1.1', 'e1.2002']);
  });

  it('begins with the rest, though the last one was left without waiting for it', async () => {
    const { client, model } = await readerUnderTest();
    const left = client.events('orders')[Symbol.asyncIterator]();
    await left.next();
    model.server.publish('orders', 3);
    await left.next();
    void left.return?.();
    expect(await take(client, 2)).toEqual(['e1-3', 'e1-4']);
  });

  it('never takes the kept position back, however late an old loop finishes its item', async () => {
    const positions = memoryPositions();
    const { client, model } = await readerUnderTest({ positions });
    const old = client.events('orders')[Symbol.asyncIterator]();
    await old.next();
    client.close();
    model.server.publish('orders', 3);
    const successor = createRealtimeClient({
      url: model.url,
      token: () => Promise.resolve('plain-token'),
      positions,
    });
    expect(await take(successor, 4)).toEqual(['e1-1', 'e1-2', 'e1-3', 'e1-4']);
    successor.close();
    await old.return?.();
    expect(positions.load('orders')).toBe('e1.4');
  });

  it('loses nothing where a callback on the same channel closes the client', async () => {
    const positions = memoryPositions();
    const { client, model } = await readerUnderTest({ positions });
    client.subscribe('orders', {
      onEvent: ({ id }) => {
        if (id === 'e1-2') client.close();
      },
      onReload: () => undefined,
    });
    const ids: string[] = [];
    const loop = (async () => {
      for await (const event of client.events('orders')) {
        ids.push(isReload(event) ? 'reload' : event.id);
      }
    })();
    await until(() => ids.length === 1);
    model.server.publish('orders', 2);
    await loop;
    const successor = createRealtimeClient({
      url: model.url,
      token: () => Promise.resolve('plain-token'),
      positions,
    });
    expect([...ids, ...(await take(successor, 2))]).toEqual(['e1-1', 'e1-2', 'e1-3']);
    successor.close();
  });
});

/** A client that has been told of a first event on `orders`, which waits in the log. */
async function readerUnderTest(
  options: Parameters<typeof clientUnderTest>[0] = {},
): Promise<ClientUnderTest & { stands: () => boolean }> {
  const positions = options.positions ?? memoryPositions();
  const under = await clientUnderTest({ ...options, positions });
  positions.save('orders', `${under.model.server.log('orders').epoch}.0`);
  under.model.server.publish('orders');
  const stands = () =>
    [...under.model.server.connections].some(({ channels }) => channels.has('orders'));
  return { ...under, stands };
}

async function take(client: RealtimeClient, count: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const event of client.events('orders')) {
    ids.push(isReload(event) ? 'reload' : event.id);
    if (ids.length === count) break;
  }
  return ids;
}

import { DeleteCommand, GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import type { Connection, ConnectionRegistry } from './connection-registry.ts';
import { DynamoConnectionRegistry } from './dynamo-connection-registry.ts';
import type { Fate } from '../testing/fault-proxy.ts';
import { startFaultProxy } from '../testing/fault-proxy.ts';
import type { RunningDynamoDb } from '../testing/running-dynamodb.ts';

/** What every registry of connections promises, over tables that `dynamo` makes. */
export function describeConnectionRegistry(dynamo: RunningDynamoDb): void {
  async function makeBed({
    maxSubscriptions = 50,
    shards = 1,
    now = (): number => 1_000_000,
  } = {}) {
    const prefix = await dynamo.freshTables();
    const openThrough = (port: number, partitions = shards): ConnectionRegistry =>
      new DynamoConnectionRegistry({
        client: dynamo.connect(port),
        connectionsTable: `${prefix}connections`,
        subscriptionsTable: `${prefix}subscriptions`,
        shardsOf: (channel) => (channel.startsWith('user/') ? 1 : partitions),
        maxSubscriptions,
        clock: now,
      });
    return { registry: openThrough(dynamo.port), openThrough, prefix };
  }

  /** The port of a proxy to the tables that passes so many calls on and cuts all after them. */
  async function killedAfter(calls: number): Promise<number> {
    const { port, decide } = await startFaultProxy(dynamo.port);
    let seen = 0;
    decide((): Fate => ((seen += 1) > calls ? 'refuse' : 'pass'));
    return port;
  }

  async function rowsLeft(prefix: string): Promise<number> {
    const counts = await Promise.all(
      ['connections', 'subscriptions'].map(async (name) => {
        const { Count } = await dynamo.client.send(
          new ScanCommand({ TableName: prefix + name, Select: 'COUNT' }),
        );
        return Count ?? 0;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  it('knows a connection with its identity and its channels', async () => {
    const { registry } = await makeBed();
    await registry.connect(aConnection({ groups: ['staff'] }));
    await registry.subscribe('one', 'orders');
    await registry.subscribe('one', 'user/ada');
    const { channels, ...found } = (await registry.get('one')) ?? { channels: [] };
    expect(found).toEqual(aConnection({ groups: ['staff'] }));
    expect([...channels].sort()).toEqual(['orders', 'user/ada']);
  });

  it('keeps one place a channel while the channel gets more partitions', async () => {
    const { openThrough, prefix } = await makeBed();
    const few = openThrough(dynamo.port, 2);
    const many = openThrough(dynamo.port, 7);
    const ids = Array.from({ length: 20 }, (_, index) => `connection-${index}`).sort();
    for (const connectionId of ids) {
      await few.connect(aConnection({ connectionId }));
      await few.subscribe(connectionId, 'announcements');
    }
    // Who publishes knows of all partitions first; nobody is missed before or after they move.
    expect(await subscribersOf(many, 'announcements')).toEqual(ids);
    const [stays, ...repeats] = ids;
    for (const connectionId of repeats) {
      const again = await many.subscribe(connectionId, 'announcements');
      expect(again).toMatchObject({ outcome: 'subscribed' });
      expect((await many.get(connectionId))?.channels).toEqual(['announcements']);
    }
    expect(await subscribersOf(many, 'announcements')).toEqual(ids);

    await many.unsubscribe(stays ?? '', 'announcements');
    expect(await subscribersOf(many, 'announcements')).toEqual(repeats);
    for (const connectionId of ids) await many.remove(connectionId);
    expect(await rowsLeft(prefix)).toBe(0);
  });

  it('lets DynamoDB delete both rows of a connection three hours after it was made', async () => {
    const { registry, prefix } = await makeBed();
    const connectedAt = Date.UTC(2026, 10, 22, 8, 30);
    await registry.connect(aConnection({ connectedAt }));
    await registry.subscribe('one', 'orders');
    await registry.extend('one', { groups: [], expiresAt: connectedAt + 86_400_000 });
    const expected = Date.UTC(2026, 10, 22, 11, 30) / 1000;
    const ttlOf = async (table: string, key: Record<string, string>): Promise<unknown> => {
      const { Item } = await dynamo.client.send(
        new GetCommand({ TableName: prefix + table, Key: { ...key, connectionId: 'one' } }),
      );
      return Item?.['ttl'];
    };
    expect(await ttlOf('connections', {})).toBe(expected);
    expect(await ttlOf('subscriptions', { channelShard: 'orders#0' })).toBe(expected);
    expect(await ttlOf('subscriptions', { channelShard: 'subject~ada#0' })).toBe(expected);
  });

  it('ignores a repeated connect, which would lose subscriptions', async () => {
    const { registry } = await makeBed();
    await registry.connect(aConnection());
    await registry.subscribe('one', 'orders');
    await registry.connect(aConnection());
    expect((await registry.get('one'))?.channels).toEqual(['orders']);
  });

  it('lists subscribers over all partitions with where to post and until when', async () => {
    const { registry } = await makeBed({ shards: 4 });
    const ids = Array.from({ length: 40 }, (_, index) => `connection-${index}`).sort();
    for (const connectionId of ids) {
      await registry.connect(aConnection({ connectionId }));
      await registry.subscribe(connectionId, 'announcements');
    }
    expect(await subscribersOf(registry, 'announcements')).toEqual(ids);
    expect(await subscribersOf(registry, 'announcement')).toEqual([]);
    for (const shard of [0, 1, 2, 3]) {
      const there: string[] = [];
      for await (const page of registry.subscribers('announcements', shard)) {
        there.push(...page.map(({ channelShard }) => channelShard));
      }
      expect(there.length).toBeGreaterThan(0);
      expect(new Set(there)).toEqual(new Set([`announcements#${shard}`]));
    }
    for await (const page of registry.subscribers('announcements')) {
      for (const { endpoint, expiresAt } of page) {
        expect({ endpoint, expiresAt }).toEqual({
          endpoint: 'http://localhost:8080/realtime',
          expiresAt: 2_000_000,
        });
      }
    }
  });

  it('subscribes twice as once, and unsubscribes', async () => {
    const { registry } = await makeBed();
    await registry.connect(aConnection());
    await registry.subscribe('one', 'orders');
    expect(await registry.subscribe('one', 'orders')).toMatchObject({ outcome: 'subscribed' });
    expect(await subscribersOf(registry, 'orders')).toEqual(['one']);
    await registry.unsubscribe('one', 'orders');
    await registry.unsubscribe('one', 'orders');
    expect(await subscribersOf(registry, 'orders')).toEqual([]);
    expect((await registry.get('one'))?.channels).toEqual([]);
  });

  it('holds a connection to its number of subscriptions, however many ask at once', async () => {
    const { registry } = await makeBed({ maxSubscriptions: 3 });
    await registry.connect(aConnection());
    const outcomes = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((channel) => registry.subscribe('one', channel)),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'subscribed')).toHaveLength(3);
    expect(outcomes.filter(({ outcome }) => outcome === 'too_many')).toHaveLength(2);
    const [held] = (await registry.get('one'))?.channels ?? [];
    expect(await registry.subscribe('one', held ?? '')).toMatchObject({ outcome: 'subscribed' });
  });

  it('moves a connection with all its subscriptions to a place among more partitions', async () => {
    const { openThrough } = await makeBed({ maxSubscriptions: 3 });
    const few = openThrough(dynamo.port, 1);
    const many = openThrough(dynamo.port, 50);
    await few.connect(aConnection());
    for (const channel of ['announcements', 'user/a', 'user/b'])
      await few.subscribe('one', channel);
    expect(await many.subscribe('one', 'announcements')).toMatchObject({ outcome: 'subscribed' });
    expect(await many.subscribe('one', 'user/c')).toEqual({ outcome: 'too_many' });
    expect(await subscribersOf(many, 'announcements')).toEqual(['one']);
    expect((await many.get('one'))?.channels).toHaveLength(3);
  });

  it('clears a place that was left behind, whatever number of partitions it is from', async () => {
    const { registry, openThrough, prefix } = await makeBed();
    await registry.connect(aConnection());
    const few = openThrough(dynamo.port, 8);
    await few.subscribe('one', 'announcements');
    // The connection's row alone is lost: nothing lists the place any more.
    await dynamo.client.send(
      new DeleteCommand({ TableName: `${prefix}connections`, Key: { connectionId: 'one' } }),
    );
    const many = openThrough(dynamo.port, 25);
    for await (const page of many.subscribers('announcements')) {
      for (const { connectionId, channelShard } of page) {
        await many.remove(connectionId, channelShard);
      }
    }
    expect(await subscribersOf(many, 'announcements')).toEqual([]);
  });

  it('removes a connection with everything that belongs to it', async () => {
    const { registry, prefix } = await makeBed({ shards: 3 });
    await registry.connect(aConnection());
    for (const channel of ['orders', 'user/ada', 'reports']) {
      await registry.subscribe('one', channel);
    }
    await registry.remove('one');
    await registry.remove('one');
    expect(await registry.get('one')).toBeUndefined();
    expect(await rowsLeft(prefix)).toBe(0);
  });

  it.each(Array.from({ length: 6 }, (_, calls) => calls))(
    'leaves enough for the next to remove all of it, where it is killed after %i calls',
    async (calls) => {
      const { registry, openThrough, prefix } = await makeBed();
      await registry.connect(aConnection());
      for (const channel of ['orders', 'user/ada']) await registry.subscribe('one', channel);
      await openThrough(await killedAfter(calls))
        .remove('one')
        .catch(() => undefined);
      await registry.remove('one');
      expect(await rowsLeft(prefix)).toBe(0);
    },
  );

  it.each([0, 1, 2])(
    'leaves enough for the next to remove all of it, where unsubscribing is killed after %i calls',
    async (calls) => {
      const { registry, openThrough, prefix } = await makeBed();
      await registry.connect(aConnection());
      await registry.subscribe('one', 'orders');
      await openThrough(await killedAfter(calls))
        .unsubscribe('one', 'orders')
        .catch(() => undefined);
      await registry.remove('one');
      expect(await rowsLeft(prefix)).toBe(0);
    },
  );

  it('removes a subscription that comes to stand meanwhile', async () => {
    const { registry, openThrough, prefix } = await makeBed();
    await registry.connect(aConnection());
    const proxy = await startFaultProxy(dynamo.port);
    const { asked, release } = proxy.hold(
      ({ operation, body }) => operation === 'DeleteItem' && body.includes('connections'),
    );
    const removing = openThrough(proxy.port).remove('one');
    await asked;
    await registry.subscribe('one', 'orders');
    release();
    await removing;
    expect(await rowsLeft(prefix)).toBe(0);
  });

  it('refuses to subscribe a connection that it does not know', async () => {
    const { registry, prefix } = await makeBed();
    expect(await registry.subscribe('nobody', 'orders')).toEqual({ outcome: 'gone' });
    expect(await rowsLeft(prefix)).toBe(0);
  });

  it('leaves nothing behind where the connection goes while it subscribes', async () => {
    const bed = await makeBed();
    await bed.registry.connect(aConnection());
    const proxy = await startFaultProxy(dynamo.port);
    proxy.decide(async ({ operation }): Promise<Fate> => {
      // Listed, but not yet put.
      if (operation === 'PutItem') await bed.registry.remove('one');
      return 'pass';
    });
    expect(await bed.openThrough(proxy.port).subscribe('one', 'orders')).toEqual({
      outcome: 'gone',
    });
    expect(await rowsLeft(bed.prefix)).toBe(0);
  });

  it('gives a subscription the end of a token that comes while it is made', async () => {
    const bed = await makeBed();
    await bed.registry.connect(aConnection());
    const proxy = await startFaultProxy(dynamo.port);
    let puts = 0;
    proxy.decide(async ({ operation }): Promise<Fate> => {
      if (operation === 'PutItem' && (puts += 1) === 1) {
        await bed.registry.extend('one', { groups: ['staff'], expiresAt: 3_000_000 });
      }
      return 'pass';
    });
    expect(await bed.openThrough(proxy.port).subscribe('one', 'orders')).toMatchObject({
      outcome: 'subscribed',
      connection: { groups: ['staff'], expiresAt: 3_000_000 },
    });
    for await (const page of bed.registry.subscribers('orders')) {
      expect(page).toMatchObject([{ connectionId: 'one', expiresAt: 3_000_000 }]);
    }
  });

  it('takes a newer token for the connection and its subscriptions, an older one for nothing', async () => {
    const { registry } = await makeBed();
    await registry.connect(aConnection());
    await registry.subscribe('one', 'orders');
    await registry.extend('one', { groups: ['staff'], expiresAt: 3_000_000 });
    const older = await registry.extend('one', { groups: [], expiresAt: 2_500_000 });
    expect(older).toMatchObject({ groups: ['staff'], expiresAt: 3_000_000, channels: ['orders'] });
    for await (const page of registry.subscribers('orders')) {
      expect(page).toMatchObject([{ expiresAt: 3_000_000 }]);
    }
    expect(await registry.extend('nobody', { groups: [], expiresAt: 9 })).toBeUndefined();
  });

  it('finds the expired connections, and those of one subject', async () => {
    let now = 1_000_000;
    const { registry } = await makeBed({ now: () => now });
    await registry.connect(aConnection({ connectionId: 'a1' }));
    await registry.connect(aConnection({ connectionId: 'a2', expiresAt: 4_000_000 }));
    await registry.connect(aConnection({ connectionId: 'g1', sub: 'grace' }));
    now = 2_000_000;
    expect(await idsOf(registry.expired())).toEqual(['a1', 'g1']);
    expect(await idsOf(registry.connections({ sub: 'ada' }))).toEqual(['a1', 'a2']);
    expect(await idsOf(registry.connections())).toEqual(['a1', 'a2', 'g1']);
  });

  it('counts the messages of a connection minute by minute', async () => {
    let now = 60_000;
    const { registry } = await makeBed({ now: () => now });
    await registry.connect(aConnection());
    await Promise.all(Array.from({ length: 5 }, () => registry.countMessage('one')));
    expect(await registry.countMessage('one')).toMatchObject({ messages: 6 });
    now = 120_000;
    expect(await registry.countMessage('one')).toMatchObject({ messages: 1 });
    expect(await registry.countMessage('nobody')).toBeUndefined();
  });
}

function aConnection(changed: Partial<Connection> = {}): Omit<Connection, 'channels'> {
  return {
    connectionId: 'one',
    endpoint: 'http://localhost:8080/realtime',
    sub: 'ada',
    groups: [],
    expiresAt: 2_000_000,
    connectedAt: 500_000,
    ...changed,
  };
}

async function subscribersOf(registry: ConnectionRegistry, channel: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of registry.subscribers(channel)) {
    ids.push(...page.map(({ connectionId }) => connectionId));
  }
  return ids.sort();
}

async function idsOf(pages: AsyncIterable<readonly Connection[]>): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of pages) ids.push(...page.map(({ connectionId }) => connectionId));
  return ids.sort();
}

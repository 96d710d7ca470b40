import { DeleteCommand, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { describe, expect, it } from 'vitest';
import type { Fate, SeenRequest } from '../testing/fault-proxy.ts';
import { startFaultProxy } from '../testing/fault-proxy.ts';
import type { RunningDynamoDb } from '../testing/running-dynamodb.ts';
import type { LogBed } from './channel-log.contract.ts';
import {
  collect,
  describeChannelLog,
  events,
  first,
  placesOf,
  readAll,
} from './channel-log.contract.ts';
import { DynamoChannelLog } from './dynamo-channel-log.ts';

/** Where every bed's clock begins. */
const START_MS = Date.UTC(2026, 10, 22, 8, 30);
const HOUR_MS = 3_600_000;

/** What every channel log promises, and what one in DynamoDB does where its writers die, over tables that `dynamo` makes. */
export function describeDynamoChannelLog(dynamo: RunningDynamoDb): void {
  async function makeBed(): Promise<
    LogBed & { openThrough: (port: number) => DynamoChannelLog; tableName: string }
  > {
    const tableName = `${await dynamo.freshTables()}channel-log`;
    let now = START_MS;
    const random = seededRandom(1);
    const openThrough = (port: number) =>
      new DynamoChannelLog({
        client: dynamo.connect(port),
        tableName,
        clock: () => now,
        random,
      });
    return {
      tableName,
      openThrough,
      open: () => openThrough(dynamo.port),
      advance: (ms) => {
        now += ms;
      },
    };
  }

  describeChannelLog(makeBed);

  it('recognises as repeats as many events as a relay may leave unmarked, and those between', async () => {
    const bed = await makeBed();
    const ids = Array.from({ length: 3_900 }, (_, index) => `e${index}`);
    for (const log of [bed.open(), bed.open()]) {
      for (let start = 0; start < ids.length; start += 100) {
        await log.append('c', events(...ids.slice(start, start + 100)));
      }
    }
    expect((await bed.open().head('c')).seq).toBe(ids.length);
  });

  describe('where a writer stops half-way', () => {
    const isPut = ({ operation, body }: SeenRequest) =>
      operation === 'PutItem' && body.includes('"events"');
    const isHeadRaise = ({ operation }: SeenRequest) => operation === 'UpdateItem';

    it('before its batch is put: nothing was appended, and the repeat is', async () => {
      const bed = await makeBed();
      const proxy = await startFaultProxy(dynamo.port);
      proxy.decide((request) => (isPut(request) ? 'refuse' : 'pass'));
      await expect(bed.openThrough(proxy.port).append('c', events('a'))).rejects.toThrow();
      expect((await bed.open().head('c')).seq).toBe(0);
      expect(placesOf(await bed.open().append('c', events('a')))).toEqual({ a: 1 });
    });

    it('after the batch is put and before it knows: it recognises its own batch', async () => {
      const bed = await makeBed();
      const proxy = await startFaultProxy(dynamo.port);
      let lost = 0;
      proxy.decide((request) => (isPut(request) && (lost += 1) === 1 ? 'lose' : 'pass'));
      const places = placesOf(await bed.openThrough(proxy.port).append('c', events('a', 'b')));
      expect(places).toEqual({ a: 1, b: 2 });
      expect(await readAll(bed.open(), 'c')).toHaveLength(2);
    });

    it('before the head is raised: the next writer helps it forward and leaves no hole', async () => {
      const bed = await makeBed();
      const proxy = await startFaultProxy(dynamo.port);
      proxy.decide((request) => (isHeadRaise(request) ? 'refuse' : 'pass'));
      await expect(bed.openThrough(proxy.port).append('c', events('a', 'b'))).rejects.toThrow();
      expect((await bed.open().head('c')).seq).toBe(0);

      const next = await bed.open().append('c', events('c'));
      expect(placesOf(next)).toEqual({ c: 3 });
      expect((await readAll(bed.open(), 'c')).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    });

    it('before the head is raised: the repeat finds its batch and raises the head', async () => {
      const bed = await makeBed();
      const proxy = await startFaultProxy(dynamo.port);
      proxy.decide((request) => (isHeadRaise(request) ? 'refuse' : 'pass'));
      await expect(bed.openThrough(proxy.port).append('c', events('a', 'b'))).rejects.toThrow();
      expect(placesOf(await bed.open().append('c', events('a', 'b')))).toEqual({ a: 1, b: 2 });
      expect((await bed.open().head('c')).seq).toBe(2);
    });

    it('and the head is raised while its answer is lost: nothing stands twice', async () => {
      const bed = await makeBed();
      const proxy = await startFaultProxy(dynamo.port);
      let lost = 0;
      proxy.decide((request) => (isHeadRaise(request) && (lost += 1) === 1 ? 'lose' : 'pass'));
      const log = bed.openThrough(proxy.port);
      expect(placesOf(await log.append('c', events('a')))).toEqual({ a: 1 });
      expect(placesOf(await log.append('c', events('a', 'b')))).toEqual({ a: 1, b: 2 });
    });

    it('and wakes up after others went on: it harms nothing and finds its own events', async () => {
      const bed = await makeBed();
      const proxy = await startFaultProxy(dynamo.port);
      const zombie = bed.openThrough(proxy.port);
      await zombie.append('c', events('a'));

      const asleep = Promise.withResolvers<undefined>();
      const wake = Promise.withResolvers<undefined>();
      let puts = 0;
      proxy.decide(async (request): Promise<Fate> => {
        if (isPut(request) && (puts += 1) === 1) {
          asleep.resolve(undefined);
          await wake.promise;
        }
        return 'pass';
      });
      const late = zombie.append('c', events('b', 'c'));
      await asleep.promise;
      // The new leader publishes what the zombie holds, and more.
      const leader = bed.open();
      await leader.append('c', events('b', 'c', 'd'));
      await leader.append('c', events('e'));
      wake.resolve(undefined);

      expect(placesOf(await late)).toEqual({ b: 2, c: 3 });
      const ids = (await readAll(bed.open(), 'c')).map(({ id }) => id);
      expect(ids).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(placesOf(await zombie.append('c', events('f')))).toEqual({ f: 6 });
    });
  });

  describe('where the head is lost', () => {
    const loseHead = (tableName: string) =>
      dynamo.client.send(
        new DeleteCommand({ TableName: tableName, Key: { channel: 'c', from: 0 } }),
      );

    it('begins a later epoch behind the last number, and recovers no old position', async () => {
      const bed = await makeBed();
      const before = await bed.open().append('c', events('a', 'b')).then(first);
      await loseHead(bed.tableName);
      const after = await bed.open().append('c', events('c')).then(first);
      expect(after).toMatchObject({ from: 3, to: 3 });
      expect(after.epoch > before.epoch).toBe(true);
      const old = await bed.open().readSince('c', { epoch: before.epoch, seq: 2 });
      expect(old).toMatchObject({ recovered: false, position: { epoch: after.epoch, seq: 3 } });
    });

    it('and all items with it: begins a later epoch, and recovers no old position', async () => {
      const bed = await makeBed();
      const before = await bed.open().append('c', events('a', 'b')).then(first);
      await loseHead(bed.tableName);
      await dynamo.client.send(
        new DeleteCommand({ TableName: bed.tableName, Key: { channel: 'c', from: before.from } }),
      );
      bed.advance(1);
      const after = await bed
        .open()
        .append('c', events('c', 'd', 'e'))
        .then(first);
      expect(after.from).toBe(1);
      expect(after.epoch > before.epoch).toBe(true);
      const old = await bed.open().readSince('c', { epoch: before.epoch, seq: 2 });
      expect(old).toMatchObject({ recovered: false, position: { epoch: after.epoch, seq: 3 } });
    });

    it('a writer of the old epoch finds the new one', async () => {
      const bed = await makeBed();
      const log = bed.open();
      await log.append('c', events('a'));
      await loseHead(bed.tableName);
      const { position } = await bed.open().readSince('c');
      const appended = await log.append('c', events('b')).then(first);
      expect(appended).toMatchObject({ epoch: position.epoch, from: 2, to: 2 });
      const tail = await bed.open().readSince('c', position);
      expect((await collect(tail)).map(({ id }) => id)).toEqual(['b']);
    });
  });

  it('a writer that slept until the items after its view were deleted does not take their keys', async () => {
    const bed = await makeBed();
    const sleeper = bed.open();
    await sleeper.append('c', events('a'));
    await bed.open().append('c', events('b'));
    await bed.open().append('c', events('c'));
    bed.advance(30 * HOUR_MS);
    for (const from of [1, 2, 3]) {
      await dynamo.client.send(
        new DeleteCommand({ TableName: bed.tableName, Key: { channel: 'c', from } }),
      );
    }
    expect(placesOf(await sleeper.append('c', events('d')))).toEqual({ d: 4 });
    expect((await bed.open().head('c')).seq).toBe(4);
  });

  it('stores what the table of the design says: a head for ever, batches for 24 hours', async () => {
    const { open, tableName } = await makeBed();
    const { epoch } = await open().append('c', events('a', 'b')).then(first);
    const { Item: head } = await dynamo.client.send(
      new GetCommand({ TableName: tableName, Key: { channel: 'c', from: 0 } }),
    );
    expect(head).toEqual({ channel: 'c', from: 0, epoch, seq: 2 });
    const { Items } = await dynamo.client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'channel = :c AND #from > :zero',
        ExpressionAttributeNames: { '#from': 'from' },
        ExpressionAttributeValues: { ':c': 'c', ':zero': 0 },
      }),
    );
    expect(Items).toMatchObject([{ from: 1, to: 2, epoch, ids: ['a', 'b'] }]);
    // A minute more than the log promises: a writer may take as long to put what it meant to.
    expect(Items?.[0]?.['ttl']).toBe((START_MS + 24 * HOUR_MS + 60_000) / 1000);
  });

  describe('a position whose next event is about to expire', () => {
    it.each([
      ['is recovered from a moment before its last minute', -1, true],
      ['is not recovered from in its last minute', 0, false],
      ['is not recovered from when it has expired, though it is not deleted', 60_000, false],
    ])('%s', async (_when, ms, isRecovered) => {
      const bed = await makeBed();
      const { epoch } = await bed.open().append('c', events('a', 'b')).then(first);
      bed.advance(24 * HOUR_MS + ms);
      const tail = await bed.open().readSince('c', { epoch, seq: 0 });
      expect(tail.recovered).toBe(isRecovered);
      expect(await collect(tail)).toHaveLength(isRecovered ? 2 : 0);
      const range = await bed.open().readRange('c', { epoch, from: 1, to: 2 });
      expect(range !== undefined).toBe(isRecovered);
    });
  });

  it('a writer that puts days late puts what has expired already', async () => {
    const bed = await makeBed();
    const proxy = await startFaultProxy(dynamo.port);
    const late = bed.openThrough(proxy.port);
    const { asked, release } = proxy.hold(
      ({ operation, body }) => operation === 'PutItem' && body.includes('"events"'),
    );
    const appending = late.append('c', events('a'));
    await asked;
    bed.advance(48 * HOUR_MS);
    release();
    const { epoch } = await appending.then(first);
    expect(await bed.open().readSince('c', { epoch, seq: 0 })).toMatchObject({ recovered: false });
  });
}

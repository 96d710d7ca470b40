import type { CloudEvent } from '@ordercast/protocol/cloud-event.ts';
import { MAX_FRAME_BYTES } from '@ordercast/protocol/limits.ts';
import { describe, expect, it } from 'vitest';
import { eventsFrame } from '../fanout/frame-encoder.ts';
import type { Batch, ChannelLog, Tail } from './channel-log.ts';
import { EventTooLarge } from './event-too-large.ts';

export interface LogBed {
  /** One more writer or reader of the same log, as another process would be. */
  open: () => ChannelLog;
  /** Moves every clock forward. */
  advance: (ms: number) => void;
}

const HOUR_MS = 3_600_000;

/** What every channel log promises. */
export function describeChannelLog(makeBed: () => Promise<LogBed>): void {
  describe('appending', () => {
    it('numbers events from 1 without holes and returns where they stand', async () => {
      const log = (await makeBed()).open();
      const first = await log.append('c', events('a', 'b'));
      const second = await log.append('c', events('c'));
      expect(placesOf([...first, ...second])).toEqual({ a: 1, b: 2, c: 3 });
      expect(first).toMatchObject([{ from: 1, to: 2 }]);
    });

    it('counts each channel by itself', async () => {
      const log = (await makeBed()).open();
      await log.append('one', events('a'));
      expect(placesOf(await log.append('two', events('b')))).toEqual({ b: 1 });
    });

    it('recognises events that it holds and returns their places', async () => {
      const log = (await makeBed()).open();
      await log.append('c', events('a', 'b', 'c'));
      const again = await log.append('c', events('b', 'd', 'c', 'e'));
      expect(placesOf(again)).toEqual({ b: 2, c: 3, d: 4, e: 5 });
      expect((await log.head('c')).seq).toBe(5);
    });

    it('recognises repeats of another writer, and an event given twice', async () => {
      const bed = await makeBed();
      await bed.open().append('c', events('a', 'b'));
      const other = await bed.open().append('c', events('b', 'x', 'x'));
      expect(placesOf(other)).toEqual({ b: 2, x: 3 });
    });

    it('gives competing writers one hole-free sequence in which nothing stands twice', async () => {
      const bed = await makeBed();
      const writers = Array.from({ length: 4 }, (_, writer) => ({ writer, log: bed.open() }));
      await Promise.all(
        writers.map(async ({ writer, log }) => {
          for (let round = 0; round < 15; round += 1) {
            // Each second event is one that all writers append.
            await log.append('c', events(`${writer}-${round}`, `shared-${round}`));
          }
        }),
      );
      const tail = await readAll(bed.open(), 'c');
      expect(tail.map(({ seq }) => seq)).toEqual(tail.map((_, index) => index + 1));
      expect(tail).toHaveLength(4 * 15 + 15);
      expect(new Set(tail.map(({ id }) => id)).size).toBe(tail.length);
    });

    it('keeps the order of one writer among competitors', async () => {
      const bed = await makeBed();
      await Promise.all(
        ['a', 'b', 'c'].map(async (name) => {
          const log = bed.open();
          for (let round = 10; round < 30; round += 1)
            await log.append('c', events(`${name}${round}`));
        }),
      );
      const ids = (await readAll(bed.open(), 'c')).map(({ id }) => id);
      for (const name of ['a', 'b', 'c']) {
        const own = ids.filter((id) => id.startsWith(name));
        expect(own).toEqual([...own].sort());
        expect(own).toHaveLength(20);
      }
    });

    it('takes calls side by side on one instance', async () => {
      const log = (await makeBed()).open();
      await Promise.all(Array.from({ length: 30 }, (_, n) => log.append('c', events(`e${n}`))));
      expect(await readAll(log, 'c')).toHaveLength(30);
    });

    it('cuts a large append into batches that each fit a frame', async () => {
      const log = (await makeBed()).open();
      const large = Array.from({ length: 100 }, (_, n) => event(`e${n}`, 2_000));
      const batches = await log.append('c', large);
      expect(batches.length).toBeGreaterThan(5);
      for (const batch of batches) {
        expect(Buffer.byteLength(eventsFrame('c', batch))).toBeLessThanOrEqual(MAX_FRAME_BYTES);
      }
      expect((await readAll(log, 'c')).map(({ id }) => id)).toEqual(large.map(({ id }) => id));
    });

    it('takes an event that just fits a frame, in a channel with the longest name', async () => {
      const log = (await makeBed()).open();
      const channel = '"'.repeat(128);
      const batches = await log.append(channel, [event('largest', 31_400)]);
      const [batch] = batches;
      if (batch === undefined) throw new Error('nothing appended');
      expect(Buffer.byteLength(eventsFrame(channel, batch))).toBeLessThanOrEqual(MAX_FRAME_BYTES);
    });

    it('refuses an event that fits no frame, and then appends none of its call', async () => {
      const log = (await makeBed()).open();
      const appended = log.append('c', [event('small'), event('large', 40_000), event('other')]);
      await expect(appended).rejects.toThrow(EventTooLarge);
      await expect(appended).rejects.toMatchObject({ eventId: 'large' });
      expect((await log.head('c')).seq).toBe(0);
    });
  });

  describe('reading since a position', () => {
    it('replays exactly what came after, across batches and from within one', async () => {
      const log = (await makeBed()).open();
      await log.append('c', events('a', 'b', 'c'));
      await log.append('c', events('d'));
      const { epoch } = await log.append('c', events('e', 'f')).then(first);
      for (let seq = 0; seq <= 6; seq += 1) {
        const tail = await log.readSince('c', { epoch, seq });
        expect(tail).toMatchObject({ recovered: true, position: { epoch, seq: 6 } });
        const seen = await collect(tail);
        expect(seen.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'].slice(seq));
        expect(seen.map(({ seq: number }) => number)).toEqual([1, 2, 3, 4, 5, 6].slice(seq));
      }
    });

    it('replays nothing without a position, and gives a new channel one that stays', async () => {
      const bed = await makeBed();
      const tail = await bed.open().readSince('new');
      expect(tail).toMatchObject({ recovered: true, position: { seq: 0 } });
      expect(await collect(tail)).toEqual([]);
      expect(await bed.open().head('new')).toEqual(tail.position);
      const later = await bed.open().append('new', events('a')).then(first);
      expect(later.epoch).toBe(tail.position.epoch);
    });

    it('does not recover a position of another epoch or beyond the head', async () => {
      const log = (await makeBed()).open();
      const { epoch } = await log.append('c', events('a', 'b')).then(first);
      for (const since of [
        { epoch, seq: 3 },
        { epoch: 'other', seq: 1 },
      ]) {
        const tail = await log.readSince('c', since);
        expect(tail).toMatchObject({ recovered: false, position: { epoch, seq: 2 } });
        expect(await collect(tail)).toEqual([]);
      }
    });

    it('does not recover what has expired, even where it has not been deleted yet', async () => {
      const bed = await makeBed();
      const log = bed.open();
      const { epoch } = await log.append('c', events('a', 'b')).then(first);
      bed.advance(13 * HOUR_MS);
      await log.append('c', events('c'));
      bed.advance(12 * HOUR_MS);
      expect(await log.readSince('c', { epoch, seq: 1 })).toMatchObject({ recovered: false });
      const tail = await log.readSince('c', { epoch, seq: 2 });
      expect(tail.recovered).toBe(true);
      expect((await collect(tail)).map(({ id }) => id)).toEqual(['c']);
    });

    it('counts on, in the same epoch, after a quiet time in which everything expired', async () => {
      const bed = await makeBed();
      const before = await bed.open().append('c', events('a', 'b')).then(first);
      bed.advance(100 * HOUR_MS);
      const after = await bed.open().append('c', events('c')).then(first);
      expect(after).toMatchObject({ epoch: before.epoch, from: 3, to: 3 });
      const tail = await bed.open().readSince('c', { epoch: before.epoch, seq: 2 });
      expect((await collect(tail)).map(({ id }) => id)).toEqual(['c']);
    });

    it('replays a thousand events in order, though no one response holds them', async () => {
      const bed = await makeBed();
      // Twice the megabyte of a DynamoDB response.
      const many = Array.from({ length: 1_000 }, (_, n) => event(`e${n}`, 2_000));
      const { epoch } = await bed.open().append('c', many).then(first);
      const seen = await collect(await bed.open().readSince('c', { epoch, seq: 0 }));
      expect(seen.map(({ id }) => id)).toEqual(many.map(({ id }) => id));
    });

    describe('reading a range', () => {
      it('reads exactly what it names, across batches and from within one, whatever came after', async () => {
        const bed = await makeBed();
        const log = bed.open();
        await log.append('c', events('a', 'b', 'c'));
        await log.append('c', events('d'));
        await log.append('c', events('e', 'f', 'g'));
        const { epoch } = await log.head('c');
        const read = async (from: number, to: number) =>
          placesOf((await bed.open().readRange('c', { epoch, from, to })) ?? []);
        expect(await read(2, 5)).toEqual({ b: 2, c: 3, d: 4, e: 5 });
        expect(await read(2, 2)).toEqual({ b: 2 });
        expect(await read(5, 7)).toEqual({ e: 5, f: 6, g: 7 });
      });

      it('reads nothing where it does not hold all of it', async () => {
        const bed = await makeBed();
        const log = bed.open();
        await log.append('c', events('a', 'b'));
        const { epoch } = await log.head('c');
        expect(await log.readRange('c', { epoch, from: 1, to: 3 })).toBeUndefined();
        expect(await log.readRange('c', { epoch: 'another', from: 1, to: 2 })).toBeUndefined();
        expect(await log.readRange('nothing', { epoch, from: 1, to: 1 })).toBeUndefined();
        bed.advance(25 * HOUR_MS);
        expect(await log.readRange('c', { epoch, from: 1, to: 2 })).toBeUndefined();
      });
    });
  });
}

export function event(id: string, padding = 0): CloudEvent {
  return {
    specversion: '1.0',
    id,
    type: 'thing.happened',
    source: '/things',
    time: '2026-11-22T08:30:00.000Z',
    data: 'x'.repeat(padding),
  };
}

export function events(...ids: string[]): CloudEvent[] {
  return ids.map((id) => event(id));
}

interface Seen {
  id: string;
  seq: number;
}

export function seenIn({ from, events: texts }: Batch): Seen[] {
  return texts.map((text, index) => ({ id: idOf(text), seq: from + index }));
}

export async function collect(tail: Tail): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const batch of tail.batches) seen.push(...seenIn(batch));
  return seen;
}

/** Everything that the log holds of a channel. */
export async function readAll(log: ChannelLog, channel: string): Promise<Seen[]> {
  const { epoch } = await log.head(channel);
  return collect(await log.readSince(channel, { epoch, seq: 0 }));
}

export function placesOf(batches: readonly Batch[]): Record<string, number> {
  return Object.fromEntries(batches.flatMap(seenIn).map(({ id, seq }) => [id, seq]));
}

export function first(batches: readonly Batch[]): Batch {
  const [batch] = batches;
  if (batch === undefined) throw new Error('nothing was appended');
  return batch;
}

function idOf(text: string): string {
  const id = /"id":"([^"]*)"/.exec(text)?.[1];
  if (id === undefined) throw new Error(`no id in ${text}`);
  return id;
}

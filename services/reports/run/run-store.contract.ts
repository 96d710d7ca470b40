import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '@ordercast/platform/database.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { isUniqueViolation } from '@ordercast/platform/unique-violation.ts';
import type { OpenTestDatabase } from '../../testing/each-database.ts';
import type { TestDatabase } from '../../testing/test-database.ts';
import type { Lease, NewRun } from './report-run.ts';
import {
  cancelRun,
  claimRun,
  countRunning,
  failAbandonedRun,
  failRun,
  findRun,
  findRunByTrigger,
  finishRun,
  insertRun,
  listLapsed,
  listQueued,
  listRuns,
  listUnswept,
  markSwept,
  noteProgress,
  renewLease,
  requeueRun,
} from './run-store.ts';
import { takeUpRun } from './take-up-run.ts';

const NOW = Date.parse('2026-11-21T12:00:00.123Z');
const LEASE_MS = 60_000;

const runId = (number: number) => `01KAN000000000000000000${String(number).padStart(3, '0')}`;
const ownerId = (number: number) => `01KAN100000000000000000${String(number).padStart(3, '0')}`;

/** What every database must do with runs. */
export function runStoreContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
    await database.db('people').insert({
      sub: 'sam',
      name: 'Sam Stockton',
      email: 'sam@example.com',
      name_key: '',
      email_key: '',
      created_at: new Date(0),
    });
  });
  afterEach(() => database.close());

  const insert = async (number: number, changes: Partial<NewRun> = {}): Promise<string> => {
    const id = runId(number);
    await insertRun(
      database.db,
      {
        id,
        kind: 'export',
        from: NOW - 86_400_000,
        to: NOW,
        timeZone: 'Europe/Berlin',
        gzip: true,
        triggerKey: `request:${number}`,
        asker: { kind: 'person', sub: 'sam', name: 'Sam Stockton' },
        ...changes,
      },
      NOW,
    );
    return id;
  };
  const claim = (id: string, { owner = 1, now = NOW, maxRunning = 2 } = {}) =>
    claimRun(database.db, id, { owner: ownerId(owner), now, leaseMs: LEASE_MS, maxRunning });
  const claimed = async (id: string, options?: Parameters<typeof claim>[1]): Promise<Lease> => {
    const lease = await claim(id, options);
    if (typeof lease === 'string') throw new Error(`The run is ${lease}`);
    return lease;
  };
  const statusOf = async (id: string) => (await findRun(database.db, id))?.status;

  describe('the run store', () => {
    it('gives back what was asked for, by id and by trigger, and lists the newest first', async () => {
      const id = await insert(1);
      const bySchedule = await insert(2, {
        kind: 'ageing',
        from: 0,
        gzip: false,
        asker: { kind: 'schedule', scheduleId: 'monday' },
      });
      const run = await findRun(database.db, id);
      expect(run).toEqual({
        id,
        kind: 'export',
        status: 'queued',
        version: 1,
        triggerKey: 'request:1',
        requestedBy: { sub: 'sam', name: 'Sam Stockton' },
        scheduleId: null,
        from: NOW - 86_400_000,
        to: NOW,
        timeZone: 'Europe/Berlin',
        gzip: true,
        attempts: 0,
        rowsDone: 0,
        rowsTotal: null,
        files: [],
        figures: null,
        failure: null,
        createdAt: NOW,
        startedAt: null,
        finishedAt: null,
      });
      expect(await findRunByTrigger(database.db, 'request:1')).toEqual(run);
      expect(await findRun(database.db, bySchedule)).toMatchObject({
        requestedBy: null,
        scheduleId: 'monday',
        gzip: false,
      });
      const idsOf = (runs: readonly { id: string }[]) => runs.map((one) => one.id);
      expect(idsOf(await listRuns(database.db, undefined, 10))).toEqual([bySchedule, id]);
      expect(idsOf(await listRuns(database.db, bySchedule, 10))).toEqual([id]);
      expect(idsOf(await listRuns(database.db, undefined, 1))).toEqual([bySchedule]);
      expect(idsOf(await listQueued(database.db, 10))).toEqual([id, bySchedule]);
    });

    it('refuses a second run of one trigger, in a way that can be told', async () => {
      await insert(1, { triggerKey: 'request:same' });
      const refused = await insert(2, { triggerKey: 'request:same' }).catch(
        (error: unknown) => error,
      );
      expect(isUniqueViolation(refused)).toBe(true);
    });

    it('lets one process have a run until its lease ends, and counts who took it up', async () => {
      const id = await insert(1);
      const first = await claimed(id);
      expect(first).toEqual({ runId: id, owner: ownerId(1), attempt: 1 });
      expect(await claim(id, { owner: 2 })).toBe('taken');
      expect(await listLapsed(database.db, NOW + LEASE_MS - 1)).toEqual([]);
      expect(await claim(id, { owner: 2, now: NOW + LEASE_MS - 1 })).toBe('taken');
      const lapsed = await listLapsed(database.db, NOW + LEASE_MS);
      expect(lapsed.map((run) => run.id)).toEqual([id]);
      const second = await claimed(id, { owner: 2, now: NOW + LEASE_MS });
      expect(second.attempt).toBe(2);

      // Whoever was silent for too long writes nothing any more.
      const ended = { failure: 'It broke.', now: NOW };
      expect(await renewLease(database.db, first, NOW + 2 * LEASE_MS)).toBe(false);
      expect(await failRun(database.db, first, ended)).toBe(false);
      expect(await requeueRun(database.db, first)).toBe(false);
      expect(await findRun(database.db, id)).toMatchObject({
        status: 'running',
        attempts: 2,
        version: 3,
        startedAt: NOW,
      });
      expect(await renewLease(database.db, second, NOW + 3 * LEASE_MS)).toBe(true);
      expect(await listLapsed(database.db, NOW + 3 * LEASE_MS - 1)).toEqual([]);
    });

    it('has as many runs under way as there are slots, each with its own', async () => {
      const [one, two, three] = [await insert(1), await insert(2), await insert(3)];
      await claimed(one);
      const second = await claimed(two, { owner: 2 });
      expect(await claim(three, { owner: 3 })).toBe('full');
      // One whose process died keeps its slot, and is taken up in it.
      expect((await claimed(one, { owner: 4, now: NOW + LEASE_MS })).attempt).toBe(2);
      expect(await requeueRun(database.db, second)).toBe(true);
      expect(await countRunning(database.db)).toBe(1);
      await claimed(three, { owner: 3 });
      expect(await claim(two, { owner: 5 })).toBe('full');
      const slots: unknown = await database.db('reports').whereNotNull('slot').select('id', 'slot');
      expect(slots).toEqual(
        expect.arrayContaining([
          { id: one, slot: 1 },
          { id: three, slot: 2 },
        ]),
      );
    });

    it('refuses the same slot to two, though both found it free', async () => {
      const [one, two] = [await insert(1), await insert(2)];
      await claimed(one);
      const refused = await database
        .db('reports')
        .where({ id: two })
        .update({ slot: 1 })
        .catch((error: unknown) => error);
      expect(isUniqueViolation(refused)).toBe(true);
      // Those without one are as many as they like.
      expect(await countRunning(database.db)).toBe(1);
    });

    it('gives slots to as many of those that claim at once as there are', async () => {
      const ids = await Promise.all([1, 2, 3, 4, 5, 6].map((number) => insert(number)));
      const random = seededRandom(1);
      const ulids = createUlidSource({ clock: () => NOW, random });
      const changes = { ulids, clock: () => NOW, onCommitted: () => undefined };
      const handles = ids.map(() => openDatabase(database.url, { poolMax: 1 }));
      try {
        const outcomes = await Promise.all(
          handles.map((db, index) =>
            takeUpRun({ ...changes, database: db }, ids[index] ?? '', {
              owner: ownerId(index),
              maxRunning: 3,
            }),
          ),
        );
        expect(outcomes.filter((outcome) => outcome === 'full')).toHaveLength(3);
        const slots: unknown = await database
          .db('reports')
          .whereNotNull('slot')
          .orderBy('slot')
          .pluck('slot');
        expect(slots).toEqual([1, 2, 3]);
      } finally {
        await Promise.all(handles.map((db) => db.destroy()));
      }
    });

    it('gives a run to one of many that claim it at once', async () => {
      const id = await insert(1);
      const claims = await Promise.all(
        [1, 2, 3, 4].map((owner) => claim(id, { owner, maxRunning: 9 })),
      );
      expect(claims.filter((one) => one === 'taken')).toHaveLength(3);
    });

    it('keeps how far a run has come, and what it came to', async () => {
      const id = await insert(1);
      const lease = await claimed(id);
      const noted = { rowsDone: 5_000_000_000, rowsTotal: 6_000_000_000, until: NOW + 1 };
      expect(await noteProgress(database.db, lease, noted)).toBe(true);
      expect(await findRun(database.db, id)).toMatchObject({
        rowsDone: 5_000_000_000,
        rowsTotal: 6_000_000_000,
        version: 3,
      });
      const files = [
        { format: 'pdf', key: 'reports/a.pdf', bytes: 10 },
        { format: 'csv', key: 'reports/a.csv', bytes: 5_000_000_000 },
      ] as const;
      const figures = JSON.stringify({ text: 'שלום '.repeat(5000) });
      const made = { files, figures, rows: 3, now: NOW + 9 };
      expect(await finishRun(database.db, lease, made)).toBe(true);
      expect(await findRun(database.db, id)).toMatchObject({
        status: 'done',
        files,
        figures,
        rowsDone: 3,
        rowsTotal: 3,
        finishedAt: NOW + 9,
      });
      expect(await countRunning(database.db)).toBe(0);
      expect(await finishRun(database.db, lease, made)).toBe(false);
      expect(await cancelRun(database.db, id, NOW)).toBe(false);
    });

    it('ends a run by a failure, an abandonment or a cancellation, once', async () => {
      const [failing, queued, held, cancelled] = [
        await insert(1),
        await insert(2),
        await insert(3),
        await insert(4),
      ];
      const ended = { failure: 'x'.repeat(2000), now: NOW };
      const lease = await claimed(failing);
      const other = await claimed(held, { owner: 2 });
      expect(await failRun(database.db, lease, ended)).toBe(true);
      expect((await findRun(database.db, failing))?.failure).toHaveLength(1000);
      expect(await failAbandonedRun(database.db, queued, ended)).toBe(true);
      expect(await failAbandonedRun(database.db, held, ended)).toBe(false);
      expect(await failAbandonedRun(database.db, held, { ...ended, now: NOW + LEASE_MS })).toBe(
        true,
      );
      expect(await requeueRun(database.db, other)).toBe(false);
      expect(await cancelRun(database.db, cancelled, NOW)).toBe(true);
      expect(await claim(cancelled)).toBe('taken');
      expect(await statusOf(cancelled)).toBe('cancelled');

      const unswept = async () => (await listUnswept(database.db, 10)).map((run) => run.id);
      expect(await unswept()).toEqual([failing, queued, held, cancelled]);
      await markSwept(database.db, queued, NOW);
      expect(await unswept()).toEqual([failing, held, cancelled]);
    });
  });
}

import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenTestDatabase } from '../../testing/each-database.ts';
import { putSchedule } from '../schedule/schedule-store.ts';
import { schedulePut } from '../schedule/testing/schedule-put.ts';
import { BED_AT, SAM, startReportBed } from '../testing/report-bed.ts';
import type { ReportBed } from '../testing/report-bed.ts';
import { keepRuns } from './keep-runs.ts';
import type { AskedScope, ReportRun } from './report-run.ts';
import { OtherRequestOfKey, requestRun } from './request-run.ts';
import { scheduledRun } from './scheduled-run.ts';
import { LEASE_MS, takeUpRun } from './take-up-run.ts';

const MINUTE_MS = 60_000;
const DAILY: AskedScope = {
  kind: 'daily',
  from: Date.parse('2026-11-20T23:00:00.000Z'),
  to: Date.parse('2026-11-21T23:00:00.000Z'),
  timeZone: 'Europe/Berlin',
  gzip: false,
};

/** What every database must do with runs. */
export function runsContract(open: OpenTestDatabase): void {
  let bed: ReportBed;
  let started: string[];
  beforeEach(async () => {
    bed = await startReportBed(open);
    started = [];
  });
  afterEach(() => bed.close());

  const start = ({ id }: ReportRun) => {
    started.push(id);
    return Promise.resolve();
  };
  const claim = (id: string, maxRunning = 2) =>
    takeUpRun(bed.parts(), id, { owner: bed.ulids.next(), maxRunning });
  const keep = () => keepRuns(bed.keeper({ start }));

  describe('runs that are claimed at once', () => {
    it('are no more than may be under way, and each is one process’s', async () => {
      const ids: string[] = [];
      for (let index = 0; index < 5; index += 1) ids.push(await bed.queue());
      const handles = ids.map(() => openDatabase(bed.database.url));
      const clock = () => bed.now.ms;
      const outcomes = await Promise.all(
        handles.flatMap((database, at) =>
          ids.map((id, of) => {
            const ulids = createUlidSource({ clock, random: seededRandom(at * 10 + of + 1) });
            const changes = { database, ulids, clock, onCommitted: () => undefined };
            return takeUpRun(changes, id, { owner: ulids.next(), maxRunning: 3 });
          }),
        ),
      );
      await Promise.all(handles.map((handle) => handle.destroy()));
      expect(outcomes.filter((outcome) => typeof outcome === 'object')).toHaveLength(3);
      const slots = await bed.database.db('reports').whereNotNull('slot').pluck<number[]>('slot');
      expect(slots.sort()).toEqual([1, 2, 3]);
    });
  });

  describe('a request of a person', () => {
    const request = (changes: Partial<Parameters<typeof requestRun>[1]> = {}) =>
      requestRun(
        { ...bed.parts(), start },
        { asker: { kind: 'person', ...SAM }, idempotencyKey: 'k', scope: DAILY, ...changes },
      );

    it('makes and starts one run for a key, however often it comes at once', async () => {
      const requested = await Promise.all(Array.from({ length: 5 }, () => request()));
      expect(new Set(requested.map(({ run }) => run.id)).size).toBe(1);
      expect(requested.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(started).toEqual([requested[0]?.run.id]);
    });

    it('is refused where its key was used for another, and makes one each without a key', async () => {
      await request();
      const other = request({ scope: { ...DAILY, timeZone: 'UTC' } });
      await expect(other).rejects.toThrow(OtherRequestOfKey);
      await request({ idempotencyKey: undefined });
      await request({ idempotencyKey: undefined });
      expect(started).toHaveLength(3);
    });

    it('stays queued where nothing can be started, and the keeper starts it', async () => {
      const fails = () => Promise.reject(new Error('no capacity'));
      const { run } = await requestRun(
        { ...bed.parts(), start: fails },
        { asker: { kind: 'person', ...SAM }, idempotencyKey: undefined, scope: DAILY },
      );
      expect(run.status).toBe('queued');
      await keep();
      expect(started).toEqual([]);
      bed.now.ms += 5_000;
      await keep();
      expect(started).toEqual([run.id]);
    });
  });

  describe('an event of a schedule', () => {
    const event = {
      scheduleId: 'daily-orders',
      scheduleArn: 'arn:aws:scheduler:eu-west-1:1:schedule/g/daily-orders',
      scheduledTime: BED_AT,
    };

    it('that comes five times at once makes one run, and another time another', async () => {
      await putSchedule(bed.database.db, schedulePut({ by: SAM.sub }));
      const made = await Promise.all(
        Array.from({ length: 5 }, () => scheduledRun(bed.parts(), event)),
      );
      expect(new Set(made.map((one) => one?.run.id)).size).toBe(1);
      expect(made.filter((one) => one?.replayed === false)).toHaveLength(1);
      expect(made[0]?.run).toMatchObject({ ...DAILY, scheduleId: 'daily-orders' });
      const next = { ...event, scheduledTime: BED_AT + 86_400_000 };
      expect((await scheduledRun(bed.parts(), next))?.replayed).toBe(false);
    });

    it('makes none where the schedule is disabled or unknown', async () => {
      const put = schedulePut({ by: SAM.sub, content: { enabled: false } });
      await putSchedule(bed.database.db, put);
      expect(await scheduledRun(bed.parts(), event)).toBeUndefined();
      expect(await scheduledRun(bed.parts(), { ...event, scheduleId: 'none' })).toBeUndefined();
      expect(bed.logged.join('')).toMatch(/"why":"disabled".*"why":"unknown"/s);
    });
  });

  describe('the keeper', () => {
    it('takes up a run whose process died, and fails it after the third death', async () => {
      const id = await bed.queue();
      for (let death = 1; death <= 3; death += 1) {
        expect(await claim(id)).toMatchObject({ lease: { attempt: death } });
        bed.now.ms += LEASE_MS - 1;
        await keep();
        expect(started).toHaveLength(death - 1);
        bed.now.ms += 1;
        await Promise.all([keep(), keep()]);
        started = started.slice(0, death);
      }
      const { status, failure } = await bed.run(id);
      expect(status).toBe('failed');
      expect(failure).toContain('was begun 3 times');
      const failures = bed.logged.filter((line) => line.includes('a report failed'));
      expect(failures).toHaveLength(1);
    });

    it('starts what waits, the oldest first, while there is room', async () => {
      const ids = [await bed.queue(), await bed.queue(), await bed.queue()];
      await claim(ids[0] ?? '');
      bed.now.ms += 5_000;
      await keep();
      expect(started).toEqual([ids[1]]);
    });

    it('says so where one waits for more than ten minutes', async () => {
      await bed.queue();
      bed.now.ms += 10 * MINUTE_MS;
      await keep();
      expect(bed.logged.join('')).not.toContain('waits too long');
      bed.now.ms += 1;
      await keep();
      expect(bed.logged.join('')).toContain('a report waits too long');
    });
  });
}

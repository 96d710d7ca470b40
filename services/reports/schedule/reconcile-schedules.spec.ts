import { setImmediate as nextTurn } from 'node:timers/promises';
import { UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { createLogger } from '@ordercast/platform/logger.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepPerson } from '../../people/people-store.ts';
import { openTestDatabase } from '../../testing/test-database.ts';
import type { TestDatabase } from '../../testing/test-database.ts';
import { reconcileSchedules } from './reconcile-schedules.ts';
import { syncState } from './schedule-record.ts';
import { findSchedule, putSchedule, takeOff } from './schedule-store.ts';
import { eventBridgeSchedule } from './scheduler/eventbridge-schedule.ts';
import { SETTINGS, openScriptedBed } from './scheduler/testing/eventbridge-bed.ts';
import { scheduledReport } from './scheduler/testing/scheduled-report.ts';
import { schedulePut } from './testing/schedule-put.ts';

const AT = Date.parse('2026-11-28T08:00:00Z');
const MINUTE_MS = 60_000;
const REFUSED = {
  status: 400,
  type: 'ValidationException',
  message: 'Invalid Schedule Expression.',
};
const THROTTLED = { status: 429, type: 'ThrottlingException' };

describe('reconciling schedules', () => {
  let database: TestDatabase;
  let bed: Awaited<ReturnType<typeof openScriptedBed>>;
  let now: number;
  beforeEach(async () => {
    now = AT;
    database = await openTestDatabase();
    const alex = { sub: 'alex', name: 'Alex', email: 'alex@example.com' };
    await keepPerson(database.db, alex, 1000);
    bed = await openScriptedBed();
  });
  afterEach(async () => {
    await bed.close();
    await database.close();
  });

  const reconcile = () =>
    reconcileSchedules({
      db: database.db,
      scheduler: bed.scheduler,
      logger: createLogger('spec', { level: 'silent' }),
      now: () => now,
    });
  const put = (changes: Parameters<typeof schedulePut>[0]) =>
    putSchedule(database.db, schedulePut(changes));
  const found = async (id = 'daily-orders') => {
    const schedule = await findSchedule(database.db, id);
    if (schedule === undefined) throw new Error(`No schedule ${id}`);
    return schedule;
  };
  const state = async (id?: string) => syncState(await found(id));
  const expression = async (id: string) => {
    const { scheduler } = bed;
    return scheduler.bring(await found(id));
  };

  it('makes what is missing, notes it, and then changes nothing', async () => {
    for (const id of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) await put({ id });
    expect(await reconcile()).toMatchObject({ created: 6, unchanged: 0 });
    expect((await found('a4')).sync).toEqual({ version: 1, at: AT, failure: null });
    now += MINUTE_MS;
    expect(await reconcile()).toMatchObject({ created: 0, mended: 0, unchanged: 6 });
    expect((await found('a4')).sync.at).toBe(AT);
    expect(bed.server.calls.filter((call) => /^(POST|PUT)/.test(call))).toHaveLength(6);
  });

  it('follows an edit, and mends what was edited or deleted in the console', async () => {
    await put({});
    await put({ id: 'weekly' });
    await reconcile();
    await put({ expected: 1, content: { enabled: false } });
    await bed.scheduler.remove('weekly');
    expect(await state()).toBe('waiting');
    expect(await reconcile()).toMatchObject({ created: 1, mended: 1 });
    expect(await state()).toBe('done');
    const edited = { ...eventBridgeSchedule(await found(), SETTINGS), State: 'ENABLED' } as const;
    await bed.client.send(new UpdateScheduleCommand(edited));
    expect(await reconcile()).toMatchObject({ mended: 1, unchanged: 1 });
  });

  it('removes what no row knows', async () => {
    await put({});
    await bed.scheduler.bring(scheduledReport({ id: 'by-hand' }));
    expect(await reconcile()).toMatchObject({ created: 1, removed: 1 });
    expect(await bed.scheduler.names()).toEqual(['daily-orders']);
  });

  it('does not remove what is made of a row that is new meanwhile', async () => {
    let isFirst = true;
    bed.server.answer = async (call) => {
      if (call === 'GET ' && isFirst) {
        isFirst = false;
        await put({});
        await reconcile();
      }
      return undefined;
    };
    expect(await reconcile()).toMatchObject({ removed: 0 });
    expect(await bed.scheduler.names()).toEqual(['daily-orders']);
  });

  it('keeps a bounced address from changing anything there', async () => {
    await put({});
    await reconcile();
    await takeOff(database.db, {
      address: 'ada@example.com',
      state: 'bounced',
      reason: '',
      at: AT,
    });
    expect(await reconcile()).toMatchObject({ unchanged: 1 });
    expect(await state()).toBe('done');
  });

  it('shows a refusal at the schedule, goes on with others, and waits a quarter of an hour', async () => {
    await put({ id: 'refused' });
    await put({ id: 'taken' });
    bed.server.answer = (call) => (call === 'POST refused' ? REFUSED : undefined);
    const posts = () => bed.server.calls.filter((call) => call === 'POST refused').length;
    expect(await reconcile()).toMatchObject({ refused: 1, created: 1 });
    expect(await state('refused')).toBe('failed');
    expect((await found('refused')).sync.failure).toBe(
      'EventBridge Scheduler refuses the schedule: Invalid Schedule Expression.',
    );
    now += 15 * MINUTE_MS - 1;
    expect(await reconcile()).toMatchObject({ paused: 1, unchanged: 1 });
    expect(posts()).toBe(1);
    now += 1;
    expect(await reconcile()).toMatchObject({ refused: 1 });
    expect(posts()).toBe(2);
    await put({ id: 'refused', expected: 1 });
    bed.server.answer = () => undefined;
    expect(await reconcile()).toMatchObject({ created: 1, paused: 0 });
    expect(await state('refused')).toBe('done');
  });

  it('says that the scheduler is away, and follows with the next round once it is back', async () => {
    await put({});
    bed.server.answer = () => THROTTLED;
    expect(await reconcile()).toMatchObject({ unavailable: 2 });
    expect(await state()).toBe('failed');
    expect((await found()).sync.failure).toContain('(ThrottlingException)');
    bed.server.answer = () => undefined;
    expect(await reconcile()).toMatchObject({ created: 1 });
    expect(await state()).toBe('done');
    bed.server.answer = () => THROTTLED;
    await reconcile();
    expect(await state()).toBe('done');
  });

  it('two at once, of which the slower read an older row, end with the last edit', async () => {
    await put({ content: { timeZone: 'UTC' } });
    let isFirst = true;
    bed.server.answer = async (call) => {
      if (call.startsWith('POST') && isFirst) {
        isFirst = false;
        await put({ expected: 1, content: { timeZone: 'Asia/Kathmandu' } });
        await reconcile();
      }
      return undefined;
    };
    await reconcile();
    expect(await expression('daily-orders')).toBe('unchanged');
    expect((await found()).sync).toMatchObject({ version: 2, failure: null });
  });

  it('many at once make each schedule once', async () => {
    for (const id of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) await put({ id });
    await Promise.all(Array.from({ length: 4 }, () => reconcile()));
    expect(await bed.scheduler.names()).toHaveLength(6);
    expect(await reconcile()).toMatchObject({ unchanged: 6, removed: 0 });
  });

  it('has at most four calls under way', async () => {
    for (let index = 10; index < 30; index += 1) await put({ id: `a${index}` });
    let underWay = 0;
    let most = 0;
    bed.server.answer = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      // As long as it takes whoever would not wait to ask as well.
      for (let turn = 0; turn < 100; turn += 1) await nextTurn();
      underWay -= 1;
      return undefined;
    };
    expect(await reconcile()).toMatchObject({ created: 20 });
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
  });
});

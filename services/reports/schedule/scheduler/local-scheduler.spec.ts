import { createLogger } from '@ordercast/platform/logger.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { describe, expect, it } from 'vitest';
import { createLocalScheduler } from './local-scheduler.ts';
import { ScheduleRefused } from './scheduler.ts';
import type { ScheduleEvent } from './scheduler.ts';
import { scheduledReport } from './testing/scheduled-report.ts';

const DAILY = scheduledReport({ expression: 'cron(0 8 * * ? *)', timeZone: 'UTC' });
const ARN = 'arn:aws:scheduler:local:000000000000:schedule/reports/daily-orders';

/** One that was started at half past seven of a Saturday, with a clock that the test sets. */
function open() {
  const state = { now: Date.parse('2026-11-28T07:30:00Z'), isBroken: false };
  const fired: ScheduleEvent[] = [];
  const waits = new ManualWaits();
  const scheduler = createLocalScheduler({
    clock: () => state.now,
    wait: waits.wait,
    fire: (event) => {
      fired.push(event);
      return state.isBroken ? Promise.reject(new Error('no database')) : Promise.resolve();
    },
    logger: createLogger('spec', { level: 'silent' }),
  });
  const times = () => fired.map(({ scheduledTime }) => scheduledTime);
  const at = (time: string) => (state.now = Date.parse(time));
  return { state, scheduler, fired, times, at, waits };
}

type Bed = ReturnType<typeof open>;

/** Runs it while the test's clock shows these times, one after the other. */
async function runAt({ scheduler, waits, at }: Bed, times: readonly string[]): Promise<void> {
  const stop = new AbortController();
  at(times[0] ?? '');
  const running = scheduler.run(stop.signal);
  for (const time of times.slice(1)) {
    await expect.poll(() => waits.pendingMs).toEqual([1_000]);
    at(time);
    waits.ring();
  }
  await expect.poll(() => waits.pendingMs).toEqual([1_000]);
  stop.abort();
  await running;
}

describe("a laptop's scheduler", () => {
  it('sends what is due, once, with the schedule and the time it was due', async () => {
    const bed = open();
    await bed.scheduler.bring(DAILY);
    await runAt(bed, ['2026-11-28T07:59:59Z', '2026-11-28T08:00:00.400Z', '2026-11-28T08:00:01Z']);
    expect(bed.fired).toEqual([
      { scheduleId: 'daily-orders', scheduleArn: ARN, scheduledTime: '2026-11-28T08:00:00Z' },
    ]);
  });

  it('tells of each schedule when it runs next', async () => {
    const bed = open();
    await bed.scheduler.bring(DAILY);
    await bed.scheduler.bring({ ...DAILY, id: 'off', enabled: false });
    expect(bed.scheduler.upcoming()).toEqual([
      { scheduleId: 'daily-orders', next: Date.parse('2026-11-28T08:00:00Z') },
      { scheduleId: 'off', next: undefined },
    ]);
    await bed.scheduler.advanceTo(Date.parse('2026-11-28T08:00:00Z'));
    expect(bed.scheduler.upcoming()[0]?.next).toBe(Date.parse('2026-11-29T08:00:00Z'));
  });

  it('leaves out what was due while it slept, and sends what is due at the time it wakes', async () => {
    const bed = open();
    await bed.scheduler.bring(DAILY);
    await bed.scheduler.bring({ ...DAILY, id: 'quarters', expression: 'cron(0/15 * * * ? *)' });
    await runAt(bed, ['2026-11-28T07:30:10Z', '2026-11-29T09:30:20Z', '2026-11-29T09:45:00Z']);
    expect(bed.times()).toEqual([
      '2026-11-28T07:30:00Z',
      '2026-11-29T09:30:00Z',
      '2026-11-29T09:45:00Z',
    ]);
  });

  it('leaves out what was due while the program was off', async () => {
    const bed = open();
    const yesterday = Date.parse('2026-11-27T06:00:00Z');
    await bed.scheduler.bring({ ...DAILY, updatedAt: yesterday });
    await bed.scheduler.bring({
      ...DAILY,
      id: 'rate',
      expression: 'rate(2 hours)',
      updatedAt: yesterday,
    });
    await runAt(bed, ['2026-11-28T07:30:01Z', '2026-11-28T08:00:00Z']);
    expect(bed.fired.map(({ scheduleId }) => scheduleId)).toEqual(['daily-orders', 'rate']);
  });

  it('begins a rate at once, and does not begin it anew where nothing of its times is edited', async () => {
    const bed = open();
    const rate = { ...DAILY, expression: 'rate(1 hour)' };
    await bed.scheduler.bring(rate);
    await runAt(bed, ['2026-11-28T07:30:01Z']);
    await bed.scheduler.bring({
      ...rate,
      kind: 'ageing',
      updatedAt: Date.parse('2026-11-28T07:50:00Z'),
    });
    await runAt(bed, ['2026-11-28T07:50:01Z', '2026-11-28T08:30:00Z']);
    expect(bed.times()).toEqual(['2026-11-28T07:30:00Z', '2026-11-28T08:30:00Z']);
  });

  it('sends nothing of a schedule that is disabled or removed, and all again once it is enabled', async () => {
    const bed = open();
    await bed.scheduler.bring({ ...DAILY, expression: 'cron(* * * * ? *)', enabled: false });
    await bed.scheduler.bring({ ...DAILY, id: 'removed', expression: 'cron(* * * * ? *)' });
    await bed.scheduler.remove('removed');
    await runAt(bed, ['2026-11-28T07:31:00Z', '2026-11-28T07:32:00Z']);
    expect(bed.fired).toEqual([]);
    const updatedAt = Date.parse('2026-11-28T07:32:30Z');
    await bed.scheduler.bring({ ...DAILY, expression: 'cron(* * * * ? *)', updatedAt });
    await runAt(bed, ['2026-11-28T07:33:00Z']);
    expect(bed.times()).toEqual(['2026-11-28T07:33:00Z']);
  });

  it('sends on after one that could not be started', async () => {
    const bed = open();
    bed.state.isBroken = true;
    await bed.scheduler.bring({ ...DAILY, expression: 'cron(* * * * ? *)' });
    await runAt(bed, ['2026-11-28T07:31:00Z', '2026-11-28T07:32:00Z']);
    expect(bed.times()).toEqual([
      '2026-11-28T07:30:00Z',
      '2026-11-28T07:31:00Z',
      '2026-11-28T07:32:00Z',
    ]);
  });

  it('refuses what EventBridge Scheduler would', async () => {
    const { scheduler } = open();
    for (const wrong of [{ expression: 'cron(0 8 * * * *)' }, { timeZone: 'Europe/Atlantis' }]) {
      await expect(scheduler.bring({ ...DAILY, ...wrong })).rejects.toThrow(ScheduleRefused);
    }
    expect(await scheduler.names()).toEqual([]);
  });
});

describe('told the time', () => {
  it('sends all that is due until then in order, and nothing of it again', async () => {
    const bed = open();
    await bed.scheduler.bring(DAILY);
    const updatedAt = Date.parse('2026-11-26T08:00:00Z');
    await bed.scheduler.bring({
      ...DAILY,
      id: 'noon',
      expression: 'cron(0 12 * * ? *)',
      updatedAt,
    });
    const sent = await bed.scheduler.advanceTo(Date.parse('2026-11-29T08:00:00Z'));
    expect(sent).toEqual(bed.fired);
    expect(bed.times()).toEqual([
      '2026-11-28T08:00:00Z',
      '2026-11-28T12:00:00Z',
      '2026-11-29T08:00:00Z',
    ]);
    await runAt(bed, ['2026-11-28T08:00:00Z', '2026-11-29T08:00:00Z', '2026-11-29T12:00:00Z']);
    expect(bed.times().slice(3)).toEqual(['2026-11-29T12:00:00Z']);
  });

  it('sends each schedule once, however many tell it at once', async () => {
    const bed = open();
    await bed.scheduler.bring(DAILY);
    const time = Date.parse('2026-11-28T08:00:00Z');
    await Promise.all([1, 2, 3].map(() => bed.scheduler.advanceTo(time)));
    expect(bed.fired).toHaveLength(1);
  });

  it('sends what would be due in one minute, past or future', async () => {
    const bed = open();
    await bed.scheduler.bring(DAILY);
    await bed.scheduler.bring({ ...DAILY, id: 'off', enabled: false });
    expect(await bed.scheduler.fireAt(Date.parse('2026-11-20T08:00:59Z'))).toEqual(bed.fired);
    expect(await bed.scheduler.fireAt(Date.parse('2026-11-20T08:01:00Z'))).toEqual([]);
    expect(bed.times()).toEqual(['2026-11-20T08:00:00Z']);
  });
});

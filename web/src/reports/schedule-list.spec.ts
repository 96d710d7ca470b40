import type { ReportSchedule } from '@ordercast/contract/report-schedule.ts';
import { expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { HeldCalls, settled } from '../testing/held-calls.ts';
import { schedule } from '../testing/report-builder.ts';
import { ScheduleList } from './schedule-list.svelte.ts';

function openList() {
  const calls = new HeldCalls<[], ReportSchedule[]>();
  const pauses = new HeldCalls<[], undefined>();
  const list = new ScheduleList({ api: { listSchedules: calls.call }, syncPause: pauses.call });
  return { calls, pauses, list, close: list.open() };
}

const waiting = schedule({ sync: { state: 'waiting', at: null, failure: null } });

it('schedules are read again while the scheduler has yet to follow one, and no longer', async () => {
  const { calls, pauses, list } = openList();
  calls.at(0).answer([waiting]);
  await settled();
  pauses.at(0).answer(undefined);
  await settled();
  calls.at(1).answer([schedule()]);
  await settled();
  expect(list.items[0]?.sync.state).toBe('done');
  expect([calls.all.length, pauses.all.length]).toEqual([2, 1]);
});

it('schedules are not read once the page is left', async () => {
  const { calls, pauses, close } = openList();
  calls.at(0).answer([waiting]);
  await settled();
  close();
  pauses.at(0).answer(undefined);
  await settled();
  expect(calls.all.length).toBe(1);
});

it('schedules that could not be read are read again once the connection is back', async () => {
  const { calls, list } = openList();
  calls.at(0).fail(new ApiError('unreachable', 'No answer came.'));
  await settled();
  expect(list.state).toBe('failed');
  void list.reconnected();
  calls.at(1).answer([schedule()]);
  await settled();
  expect([list.state, list.error, list.items.length]).toEqual(['ready', undefined, 1]);
});

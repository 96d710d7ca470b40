import { setImmediate as turn } from 'node:timers/promises';
import { reportEventDataSchema } from '@ordercast/contract/report.ts';
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { claimOutbox } from '../../outbox/outbox.ts';
import { ALEX } from '../../testing/test-api.ts';
import { cancelRun, findRun, listRuns } from '../run/run-store.ts';
import { putSchedule } from '../schedule/schedule-store.ts';
import { schedulePut } from '../schedule/testing/schedule-put.ts';
import { openFunctionBed } from '../testing/function-bed.ts';
import { createRunFunction } from './run-function.ts';

const LONG = { getRemainingTimeInMillis: () => 900_000 };
const EVENT = {
  scheduleId: 'daily-orders',
  scheduleArn: 'arn:aws:scheduler:us-east-1:1:schedule/reports/daily-orders',
  scheduledTime: '2026-11-23T07:00:00Z',
};

it('works on the run that an event names to its files and its mail, without what follows schedules', async () => {
  const bed = await openFunctionBed();
  const id = await bed.queueRun('daily');
  const environment: Record<string, string | undefined> = { ...bed.parts.environment };
  for (const name of Object.keys(environment)) {
    if (/^REPORTS_SCHEDULE|^COGNITO|^CORS/.test(name)) environment[name] = undefined;
  }
  const run = createRunFunction({ ...bed.parts, environment });
  await run({ runId: id }, LONG);
  expect(await findRun(bed.db, id)).toMatchObject({ status: 'done', attempts: 1 });
  expect((await bed.objects()).sort()).toEqual([
    `reports/${id}/1/daily-2026-11-21.csv`,
    `reports/${id}/1/daily-2026-11-21.pdf`,
  ]);
  expect(bed.mails.map(({ to }) => to)).toEqual([[ALEX.email]]);
  expect(bed.aws.invoked).toEqual([]);
  // Lambda repeats an event whose first try it has not heard of.
  await run({ runId: id }, LONG);
  expect(await findRun(bed.db, id)).toMatchObject({ status: 'done', attempts: 1 });
  expect(bed.mails).toHaveLength(1);
});

it('makes one run and one mail each of a schedule’s event that comes five times at once', async () => {
  const bed = await openFunctionBed();
  await putSchedule(bed.db, schedulePut({ by: ALEX.sub }));
  const run = createRunFunction(bed.parts);
  await Promise.all(Array.from({ length: 5 }, () => run(EVENT, LONG)));
  const runs = await listRuns(bed.db, undefined, 10);
  expect(runs).toMatchObject([{ status: 'done', scheduleId: 'daily-orders', attempts: 1 }]);
  expect(bed.mails.flatMap(({ to }) => to).sort()).toEqual(['ada@example.com', 'bob@example.com']);
});

it('gives a run back 20 s before Lambda ends the process, by the timer that it is given', async () => {
  const bed = await openFunctionBed();
  const id = await bed.queueRun('daily');
  const waits: number[] = [];
  const run = createRunFunction({
    ...bed.parts,
    // It rings once the work has begun.
    wait: async (ms) => {
      waits.push(ms);
      while ((await findRun(bed.db, id))?.status !== 'running') await turn();
    },
  });
  await run({ runId: id }, { getRemainingTimeInMillis: () => 50_000 });
  expect(waits).toEqual([30_000]);
  expect(await findRun(bed.db, id)).toMatchObject({ status: 'queued', attempts: 1, files: [] });
  expect(await bed.objects()).toEqual([]);
  expect(bed.mails).toEqual([]);
  const told = await claimOutbox(bed.db, { limit: 100, held: new Set<string>() });
  const statuses = told.map(
    ({ event }) => z.object({ data: reportEventDataSchema }).parse(JSON.parse(event)).data.status,
  );
  expect([statuses[0], statuses.at(-1)]).toEqual(['running', 'queued']);
});

it('stops its timer with the work', async () => {
  const bed = await openFunctionBed();
  const id = await bed.queueRun('ageing');
  let signal: AbortSignal | undefined;
  const run = createRunFunction({
    ...bed.parts,
    wait: (_ms, ended) => {
      signal = ended;
      return new Promise(() => undefined);
    },
  });
  const working = run({ runId: id }, LONG);
  while (signal === undefined) await turn();
  expect(signal.aborted).toBe(false);
  await working;
  expect(signal.aborted).toBe(true);
});

it('starts a heavy report as a task and leaves it queued where that fails', async () => {
  const bed = await openFunctionBed();
  const id = await bed.queueRun('export');
  const run = createRunFunction(bed.parts);
  await run({ runId: id }, LONG);
  expect(bed.aws.tasks).toHaveLength(1);
  expect(JSON.stringify(bed.aws.tasks)).toContain(id);
  bed.aws.isDown = true;
  await run({ runId: id }, LONG);
  expect(await findRun(bed.db, id)).toMatchObject({ status: 'queued', attempts: 0 });
  expect(bed.logged.join('')).toContain('a run could not be started');
});

describe('does nothing for', () => {
  it('a run that is not there, or has ended', async () => {
    const bed = await openFunctionBed();
    const run = createRunFunction(bed.parts);
    await run({ runId: '01HF7YAT000000000000000000' }, LONG);
    const id = await bed.queueRun('daily');
    await cancelRun(bed.db, id, 0);
    await run({ runId: id }, LONG);
    expect(await findRun(bed.db, id)).toMatchObject({ status: 'cancelled', attempts: 0 });
    expect(await bed.objects()).toEqual([]);
  });

  it('a schedule that is unknown or disabled', async () => {
    const bed = await openFunctionBed();
    const run = createRunFunction(bed.parts);
    await run(EVENT, LONG);
    await putSchedule(bed.db, schedulePut({ by: ALEX.sub, content: { enabled: false } }));
    await run(EVENT, LONG);
    expect(await listRuns(bed.db, undefined, 10)).toEqual([]);
  });
});

test.each([undefined, {}, { runId: 7 }, { ...EVENT, scheduledTime: 'soon' }])(
  'rejects an event that is none, %j, so that it lands where it is seen',
  async (event) => {
    const bed = await openFunctionBed();
    await expect(createRunFunction(bed.parts)(event, LONG)).rejects.toThrow(
      'The event must be {"runId"}',
    );
  },
);

it('rejects where its database is away, and works once it is composed', async () => {
  const bed = await openFunctionBed();
  const id = await bed.queueRun('ageing');
  const environment: Record<string, string> = { ...bed.parts.environment };
  const { DATABASE_URL = '' } = environment;
  delete environment['DATABASE_URL'];
  const run = createRunFunction({ ...bed.parts, environment });
  await expect(run({ runId: id }, LONG)).rejects.toThrow('Set either DATABASE_URL');
  environment['DATABASE_URL'] = DATABASE_URL;
  await run({ runId: id }, LONG);
  expect(await findRun(bed.db, id)).toMatchObject({ status: 'done' });
});

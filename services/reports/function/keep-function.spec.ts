import { expect, it } from 'vitest';
import { ALEX } from '../../testing/test-api.ts';
import { findSchedule, putSchedule } from '../schedule/schedule-store.ts';
import { schedulePut } from '../schedule/testing/schedule-put.ts';
import { openFunctionBed } from '../testing/function-bed.ts';
import type { FunctionBed } from '../testing/function-bed.ts';
import { createKeepFunction } from './keep-function.ts';
import { createRunFunction } from './run-function.ts';

const MINUTE = { getRemainingTimeInMillis: () => 55_000 };

/** A run that nobody started, a mail that nobody sent, and a schedule that Scheduler does not know. */
async function openWork(bed: FunctionBed) {
  const done = await bed.queueRun('ageing');
  await createRunFunction(bed.parts)({ runId: done }, { getRemainingTimeInMillis: () => 900_000 });
  bed.mails.length = 0;
  await bed
    .db('report_mails')
    .where({ report_id: done })
    .update({
      status: 'waiting',
      due_at: new Date(0),
      attempts: 0,
    });
  await putSchedule(
    bed.db,
    schedulePut({ by: ALEX.sub, content: { kind: 'export', period: 'day' } }),
  );
  return { queued: await bed.queueRun('daily') };
}

it('starts what waits, sends what was left over, and brings schedules to EventBridge Scheduler', async () => {
  const bed = await openFunctionBed();
  const { queued } = await openWork(bed);
  await createKeepFunction(bed.parts)({}, MINUTE);
  expect(bed.aws.invoked).toMatchObject([
    { functionName: 'reports-run', event: { runId: queued } },
  ]);
  expect(bed.mails.map(({ to }) => to)).toEqual([[ALEX.email]]);
  expect(bed.scheduler.calls).toContain('POST daily-orders');
  expect((await findSchedule(bed.db, 'daily-orders'))?.sync).toMatchObject({
    version: 1,
    failure: null,
  });
});

it('tells EventBridge Scheduler all that it needs for a heavy report, from the variables', async () => {
  const bed = await openFunctionBed();
  await openWork(bed);
  await createKeepFunction(bed.parts)({}, MINUTE);
  const { environment } = bed.parts;
  const response = await fetch(`${bed.scheduler.endpoint}/schedules/daily-orders`);
  expect(await response.json()).toMatchObject({
    GroupName: 'reports',
    Target: {
      Arn: environment['REPORTS_SCHEDULE_CLUSTER_ARN'],
      RoleArn: environment['REPORTS_SCHEDULE_ROLE_ARN'],
      DeadLetterConfig: { Arn: environment['REPORTS_SCHEDULE_DEAD_LETTER_ARN'] },
      RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
      EcsParameters: {
        TaskDefinitionArn: environment['REPORTS_TASK_DEFINITION'],
        NetworkConfiguration: {
          awsvpcConfiguration: { Subnets: ['subnet-1', 'subnet-2'], SecurityGroups: ['sg-1'] },
        },
      },
    },
  });
});

it('does the rest where EventBridge Scheduler is down, and then fails', async () => {
  const bed = await openFunctionBed();
  const { queued } = await openWork(bed);
  bed.scheduler.answer = () => ({ status: 500, type: 'InternalServerException' });
  await expect(createKeepFunction(bed.parts)({}, MINUTE)).rejects.toThrow(
    'These could not be kept: schedules',
  );
  expect(bed.aws.invoked).toMatchObject([{ event: { runId: queued } }]);
  expect(bed.mails).toHaveLength(1);
});

it('does the rest where mails cannot be looked after, and then fails', async () => {
  const bed = await openFunctionBed();
  const { queued } = await openWork(bed);
  await bed.db.schema.dropTable('report_mails');
  await expect(createKeepFunction(bed.parts)({}, MINUTE)).rejects.toThrow(
    'These could not be kept: mails',
  );
  expect(bed.aws.invoked).toMatchObject([{ event: { runId: queued } }]);
  expect(bed.scheduler.calls).toContain('POST daily-orders');
});

it('begins no mail that it could not end in its time', async () => {
  const bed = await openFunctionBed();
  await openWork(bed);
  const waits: number[] = [];
  const keep = createKeepFunction({
    ...bed.parts,
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  await keep({}, MINUTE);
  expect(waits).toEqual([35_000]);
  expect(bed.mails).toEqual([]);
  expect(bed.scheduler.calls).toContain('POST daily-orders');
});

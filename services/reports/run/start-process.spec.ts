import { join } from 'node:path';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listMails } from '../mail/mail-store.ts';
import type { S3Fate } from '../testing/faulty-s3.ts';
import { SAM } from '../testing/report-bed.ts';
import { storedBytes } from '../testing/stored-objects.ts';
import { DAILY, startTaskBed } from '../testing/task-bed.ts';
import type { TaskBed } from '../testing/task-bed.ts';
import { requestRun } from './request-run.ts';
import { createProcessStart } from './start-process.ts';
import type { ProcessStart } from './start-process.ts';

const STARTING_PROCESS = join(import.meta.dirname, '../testing/starting-process.ts');

let bed: TaskBed;
let lines: string[];
let processes: ProcessStart;
let upload: { reached: PromiseWithResolvers<void>; released: PromiseWithResolvers<void> };
beforeEach(async () => {
  bed = await startTaskBed();
  lines = [];
  upload = { reached: Promise.withResolvers(), released: Promise.withResolvers() };
  processes = startOfProcesses();
});
afterEach(async () => {
  upload.released.resolve();
  await processes.close();
  await bed.close();
});

function startOfProcesses(
  environment: Record<string, string> = {},
  maxProcesses = 1,
): ProcessStart {
  return createProcessStart({
    environment: { ...bed.environment, ...environment },
    maxProcesses,
    onLine: (line) => void lines.push(line),
    log: bed.parts().log,
  });
}

/** Processes that this one has started and that have not ended. */
const alive = () => process.getActiveResourcesInfo().filter((one) => one === 'ProcessWrap').length;

/** A run that somebody has asked for just now. */
async function requested() {
  const request = { asker: { kind: 'person', ...SAM }, idempotencyKey: undefined } as const;
  const parts = { ...bed.parts(), start: processes.start };
  return (await requestRun(parts, { ...request, scope: DAILY })).run;
}

/** Has the files of runs wait for the test, which is told when the first one comes. */
function holdUploads(): void {
  bed.s3.setFault(async ({ operation }): Promise<S3Fate> => {
    if (operation !== 'PutObject') return 'pass';
    upload.reached.resolve();
    await upload.released.promise;
    return 'pass';
  });
}

const statusOf = async (id: string) => (await bed.run(id)).status;

describe('a run that is asked for', () => {
  it('is made by a process of its own, stored as PDF and CSV, and mailed once to who asked', async () => {
    const { id } = await requested();
    await (
      await bed.process(0)
    ).ended;

    const run = await bed.run(id);
    expect(run).toMatchObject({ status: 'done', attempts: 1, failure: null });
    expect(run.files.map(({ format }) => format)).toEqual(['pdf', 'csv']);
    const keys = run.files.map(({ key }) => key);
    expect(await bed.stored(id)).toEqual({ objects: keys.toSorted(), uploads: [] });
    const [pdf, csv] = await Promise.all(keys.map((key) => storedBytes(bed.client, key)));
    expect(pdf?.subarray(0, 5).toString()).toBe('%PDF-');
    expect(csv?.toString()).toMatch(/^\uFEFF\w/);
    expect([pdf?.byteLength, csv?.byteLength]).toEqual(run.files.map(({ bytes }) => bytes));
    expect(bed.delivered.map(({ to }) => to)).toEqual([[SAM.email]]);
    expect(await listMails(bed.database.db, id)).toMatchObject([
      { address: SAM.email, status: 'sent', messageId: bed.delivered[0]?.messageId },
    ]);
    // What the process has logged comes through a pipe.
    const last = { service: 'report-task', runId: id, outcome: 'done' };
    await expect
      .poll(() => lines.map((line): unknown => JSON.parse(line)))
      .toContainEqual(expect.objectContaining(last));
  });

  it('waits while as many processes as may be are at work, and is started once there is room', async () => {
    holdUploads();
    const first = await requested();
    await upload.reached.promise;
    expect(alive()).toBe(1);
    const second = await requested();
    expect(alive()).toBe(1);
    expect(await bed.run(second.id)).toMatchObject({ status: 'queued', attempts: 0 });

    upload.released.resolve();
    await (
      await bed.process(0)
    ).ended;
    await expect
      .poll(async () => {
        await processes.start(second);
        return statusOf(second.id);
      })
      .toBe('done');
    expect(await bed.run(first.id)).toMatchObject({ status: 'done', attempts: 1 });
    expect(await bed.run(second.id)).toMatchObject({ attempts: 1 });
  });

  it('has one process, however often it is started', async () => {
    processes = startOfProcesses({}, 2);
    holdUploads();
    const run = await requested();
    await upload.reached.promise;
    await processes.start(run);
    expect(alive()).toBe(1);
  });

  it('is logged where its process cannot work on it', async () => {
    processes = startOfProcesses({ REPORTS_BUCKET: '' });
    const { id } = await requested();
    await expect.poll(() => bed.logged.join('')).toContain('a run’s process failed');
    expect(JSON.parse(bed.logged.at(-1) ?? '')).toMatchObject({ runId: id, exitCode: 1 });
    expect(lines.join('')).toContain('REPORTS_BUCKET');
    expect(await statusOf(id)).toBe('queued');
  });
});

describe('a run that is under way', () => {
  it('is given back when its program closes, which then starts no other, and is begun anew by the next one', async () => {
    holdUploads();
    const run = await requested();
    await upload.reached.promise;
    const closing = processes.close();
    await expect.poll(() => statusOf(run.id)).toBe('queued');
    // Its process waits for what it has begun to write, and takes that away.
    expect(alive()).toBe(1);
    upload.released.resolve();
    const { pid } = await bed.process(0);
    await closing;
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect.poll(alive).toBe(0);
    expect(bed.logged.join('')).not.toContain('process failed');
    expect(await bed.stored(run.id)).toEqual({ objects: [], uploads: [] });
    expect(bed.delivered).toEqual([]);

    await processes.start(run);
    expect(alive()).toBe(0);
    processes = startOfProcesses();
    await processes.start(run);
    await (
      await bed.process(1)
    ).ended;
    expect(await bed.run(run.id)).toMatchObject({ status: 'done', attempts: 2 });
    expect(bed.delivered).toHaveLength(1);
  });

  it('is given back, and its process ends, when the program that started it is killed', async () => {
    holdUploads();
    const id = await bed.queue(DAILY);
    const program = startChild(STARTING_PROCESS, {
      DATABASE_URL: bed.database.url,
      RUN_ID: id,
      ENVIRONMENT: JSON.stringify(bed.environment),
    });
    const worker = await bed.process(0);
    await upload.reached.promise;
    program.kill('SIGKILL');
    expect(await program.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await expect.poll(() => statusOf(id)).toBe('queued');
    upload.released.resolve();
    await worker.ended;
    expect(await bed.stored(id)).toEqual({ objects: [], uploads: [] });
    expect(await bed.run(id)).toMatchObject({ status: 'queued', attempts: 1 });
    expect(bed.delivered).toEqual([]);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { hasEnded, reportDetailSchema, reportSchema } from '@ordercast/contract/report.ts';
import type { ReportDetail } from '@ordercast/contract/report.ts';
import { REPORTS_BUCKET } from '@ordercast/local/reports-cloud.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { consoleState } from './testing/console-state.ts';
import { signInAs } from './testing/person.ts';
import type { Person } from './testing/person.ts';
import { startReportGate } from './testing/report-gate.ts';
import type { HeldProcess, ReportGate } from './testing/report-gate.ts';
import { startSystemProcess } from './testing/system-process.ts';
import type { SystemProcess } from './testing/system-process.ts';

const FAR = '2999-01-01T00:00:00.000Z';

let folder: string;
let gate: ReportGate;
let system: SystemProcess;
let sam: Person;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
  gate = await startReportGate();
  system = await start('0');
  sam = await signInAs(system.url, 'sam@example.com');
});
afterEach(async () => {
  gate.open();
  await system.stop('SIGKILL');
  await gate.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(port: string): Promise<SystemProcess> {
  return startSystemProcess(['--data', folder], { PORT: port, ...gate.env });
}

const startAgain = async () => {
  system = await start(new URL(system.url).port);
};

/** A run whose process waits with its first file. */
async function heldRun(): Promise<{ id: string; held: HeldProcess }> {
  gate.shut();
  const answer = await sam.call('POST', '/reports', { body: { kind: 'ageing' } });
  expect(answer.status).toBe(202);
  const { id } = reportSchema.parse(answer.body);
  const held = await gate.next();
  expect(held.runId).toBe(id);
  expect((await read(id)).status).toBe('running');
  return { id, held };
}

async function read(id: string): Promise<ReportDetail> {
  return reportDetailSchema.parse((await sam.call('GET', `/reports/${id}`)).body);
}

async function inDatabase<Result>(
  work: (db: ReturnType<typeof openDatabase>) => Promise<Result>,
): Promise<Result> {
  const db = openDatabase(`sqlite:${join(folder, 'ordercast.db')}`);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

const rowSchema = z.object({ status: z.string(), attempts: z.number() });
const row = async (id: string) =>
  rowSchema.parse(
    await inDatabase((db) => db('reports').where({ id }).first('status', 'attempts')),
  );

/** Done once: by its second attempt, with its two files, one mail, and nothing else that was begun. */
async function expectDoneOnce(id: string): Promise<void> {
  await expect.poll(async () => hasEnded((await read(id)).status)).toBe(true);
  expect(await read(id)).toMatchObject({ status: 'done', failure: null });
  expect(await row(id)).toEqual({ status: 'done', attempts: 2 });
  await expect
    .poll(async () => (await read(id)).mails.map(({ status }) => status))
    .toEqual(['sent']);
  const { objects, mails, standIns } = await consoleState(system.url);
  expect(objects.map(({ key }) => key.split('/').slice(0, 3).join('/'))).toEqual([
    `reports/${id}/2`,
    `reports/${id}/2`,
  ]);
  expect(mails.map(({ to }) => to)).toEqual(['sam@example.com']);
  const s3 = new S3Client({ ...standIn(standIns.get('S3') ?? ''), forcePathStyle: true });
  const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket: REPORTS_BUCKET }));
  expect(Uploads ?? []).toEqual([]);
  s3.destroy();
}

describe('npm start that ends in the midst of a report', () => {
  it('by kill -9 leaves no process behind: that of the report gives it back, and the next start finishes it once', async () => {
    const { id, held } = await heldRun();
    await system.stop('SIGKILL');
    await expect.poll(async () => (await row(id)).status).toBe('queued');
    gate.open();
    await held.ended;
    await startAgain();
    await expectDoneOnce(id);
  });

  it('by kill -9 of every process leaves a report under way, which the next start takes up and finishes once', async () => {
    const { id, held } = await heldRun();
    // Stopped first, so that it does nothing of its own when the other is gone.
    process.kill(held.pid, 'SIGSTOP');
    await system.stop('SIGKILL');
    process.kill(held.pid, 'SIGKILL');
    await held.ended;
    gate.open();
    // However long the dead process would have had its run.
    await inDatabase((db) => db('reports').where({ id }).update({ lease_until: FAR }));
    expect(await row(id)).toEqual({ status: 'running', attempts: 1 });
    await startAgain();
    await expectDoneOnce(id);
  });

  it('by Ctrl-C gives the report back, which the next start finishes once', async () => {
    const { id, held } = await heldRun();
    const stopped = system.stop('SIGINT');
    await expect.poll(async () => (await row(id)).status).toBe('queued');
    gate.open();
    await held.ended;
    expect(await stopped).toBe(0);
    expect(await row(id)).toEqual({ status: 'queued', attempts: 1 });
    await startAgain();
    await expectDoneOnce(id);
  });
});

import { join } from 'node:path';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import type { Child } from '@ordercast/platform/testing/child-process.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findMail, listMails } from './mail/mail-store.ts';
import { resendMail } from './mail/resend-mail.ts';
import type { RunMail } from './mail/run-mail.ts';
import { sendLeftOverMails } from './mail/send-mails.ts';
import { keepRuns } from './run/keep-runs.ts';
import { LEASE_MS } from './run/take-up-run.ts';
import { SAM } from './testing/report-bed.ts';
import { DAILY, startTaskBed } from './testing/task-bed.ts';
import type { TaskBed } from './testing/task-bed.ts';

const TASK = join(import.meta.dirname, 'task.ts');
const DAY_MS = 86_400_000;

let bed: TaskBed;
let started: string[];
beforeEach(async () => {
  bed = await startTaskBed();
  started = [];
});
afterEach(() => bed.close());

function startTask(id: string): Child {
  return startChild(TASK, { ...bed.environment, REPORT_RUN_ID: id });
}

/** What looks after runs and mails each minute, at an instant: a process has stamped its mail by the machine's clock. */
async function keepAt(instant: number): Promise<void> {
  bed.now.ms = instant;
  const start = ({ id }: { id: string }) => {
    started.push(id);
    return Promise.resolve();
  };
  await keepRuns(bed.keeper({ start }));
  await sendLeftOverMails(bed.mails);
}

async function onlyMail(runId: string): Promise<RunMail & { dueAt: number }> {
  const [mail, ...others] = await listMails(bed.database.db, runId);
  if (mail?.dueAt == null || others.length > 0) throw new Error('It is not one mail that is due');
  return { ...mail, dueAt: mail.dueAt };
}

const statusOf = async ({ id }: RunMail) => (await findMail(bed.database.db, id))?.status;

const KILLED = { code: null, signal: 'SIGKILL' };

describe('a task that is killed', () => {
  it('while its mail is under way leaves that unconfirmed, and nobody sends it again unless asked to', async () => {
    const id = await bed.queue(DAILY);
    bed.ses.faults.set('hang', 1);
    const task = startTask(id);
    await Promise.race([bed.ses.faults.untilHanging(), task.ended]);
    expect(bed.ses.faults.hanging).toBe(1);
    task.kill('SIGKILL');
    expect(await task.ended).toEqual(KILLED);

    expect(await bed.run(id)).toMatchObject({ status: 'done', attempts: 1 });
    const mail = await onlyMail(id);
    expect(mail).toMatchObject({ address: SAM.email, status: 'sending' });
    await keepAt(mail.dueAt - 1);
    expect(await statusOf(mail)).toBe('sending');
    await keepAt(mail.dueAt);
    expect(await statusOf(mail)).toBe('unconfirmed');
    await keepAt(mail.dueAt + DAY_MS);
    expect(await statusOf(mail)).toBe('unconfirmed');
    expect({ delivered: bed.delivered, started }).toEqual({ delivered: [], started: [] });

    const run = await bed.run(id);
    const asked = { address: SAM.email, now: bed.now.ms };
    expect(await resendMail(bed.database.db, run, asked)).toBe('waiting');
    await keepAt(bed.now.ms);
    expect(bed.delivered.map(({ to }) => to)).toEqual([[SAM.email]]);
    expect(await statusOf(mail)).toBe('sent');
  });

  it('between its report and the mail leaves that to be sent once by who looks after what is left', async () => {
    const id = await bed.queue(DAILY);
    const task = startTask(id);
    // The report is done by then: what earlier attempts left is swept.
    bed.s3.setFault(({ operation }) => {
      if (!operation.startsWith('List')) return 'pass';
      task.kill('SIGKILL');
      return 'lost';
    });
    expect(await task.ended).toEqual(KILLED);
    bed.s3.setFault(() => 'pass');

    expect(await bed.run(id)).toMatchObject({ status: 'done', attempts: 1 });
    const mail = await onlyMail(id);
    expect(mail).toMatchObject({ address: SAM.email, status: 'waiting', attempts: 0 });
    expect(bed.delivered).toEqual([]);
    await keepAt(mail.dueAt);
    await keepAt(mail.dueAt + LEASE_MS);
    await keepAt(mail.dueAt + DAY_MS);
    expect(bed.delivered.map(({ to }) => to)).toEqual([[SAM.email]]);
    expect(await statusOf(mail)).toBe('sent');
    const { files } = await bed.run(id);
    const objects = files.map(({ key }) => key).toSorted();
    expect(await bed.stored(id)).toEqual({ objects, uploads: [] });
    expect(started).toEqual([]);
  });
});

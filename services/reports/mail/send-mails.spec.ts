import { join } from 'node:path';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReportRun } from '../run/report-run.ts';
import { findSchedule, putSchedule, takeOff } from '../schedule/schedule-store.ts';
import { schedulePut } from '../schedule/testing/schedule-put.ts';
import { listMails } from './mail-store.ts';
import { resendMail } from './resend-mail.ts';
import { MAX_ATTEMPTS, sendLeftOverMails, sendMailsOfRun } from './send-mails.ts';
import { createSesMailer } from './ses-mailer.ts';
import { BY_SAM, BY_SCHEDULE, SCHEDULE_ID, insertFinishedRun } from './testing/finished-run.ts';
import { FROM, openMailScene } from './testing/mail-scene.ts';
import type { MailScene } from './testing/mail-scene.ts';

const MINUTE_MS = 60_000;

let scene: MailScene;
beforeEach(async () => {
  scene = await openMailScene();
});
afterEach(() => scene.close());

const scheduled = () => insertFinishedRun(scene.database.db, BY_SCHEDULE);
const states = async ({ id }: ReportRun) => {
  const mails = await listMails(scene.database.db, id);
  return mails.map(({ address, status }) => `${address.split('@', 1)[0] ?? ''} ${status}`);
};
const send = ({ id }: ReportRun) => sendMailsOfRun(scene.sending, id);
const keep = () => sendLeftOverMails(scene.sending);
const addressees = () => scene.sent.map(({ to }) => to.join());

describe('the mails of a finished run', () => {
  it('go to each active recipient of the schedule, once, in a mail of their own', async () => {
    await takeOff(scene.database.db, {
      address: 'bob@example.com',
      state: 'bounced',
      reason: 'no such user',
      at: scene.now,
    });
    await putSchedule(scene.database.db, {
      ...schedulePut({ id: SCHEDULE_ID }),
      addresses: ['ada@example.com', 'bob@example.com', 'carol@xn--bcher-kva.example'],
      expected: 2,
    });
    const run = await scheduled();
    await send(run);
    await send(run);
    await keep();
    expect(addressees()).toEqual(['ada@example.com', 'carol@xn--bcher-kva.example']);
    expect(await states(run)).toEqual(['ada sent', 'carol sent']);
    const [mail] = await listMails(scene.database.db, run.id);
    expect(mail?.messageId).toBe(scene.sent[0]?.messageId);
    expect(scene.sent[0]).toMatchObject({
      from: FROM,
      configurationSet: 'reports',
      subject: 'Orders of 2026-11-21 (Europe/Berlin)',
      tags: { 'report-run': run.id, 'report-mail': mail?.id },
    });
  });

  it('go to the person who asked, at the address that they have', async () => {
    const run = await insertFinishedRun(scene.database.db, BY_SAM);
    await send(run);
    expect(addressees()).toEqual(['sam@example.com']);
    expect(scene.sent[0]?.headers).toEqual([{ name: 'Auto-Submitted', value: 'auto-generated' }]);
  });

  it('do not go to a recipient who was removed after they were planned', async () => {
    const run = await scheduled();
    const put = schedulePut({ id: SCHEDULE_ID, expected: 1, addresses: ['bob@example.com'] });
    await putSchedule(scene.database.db, put);
    await send(run);
    expect(addressees()).toEqual(['bob@example.com']);
    expect(await states(run)).toEqual(['ada failed', 'bob sent']);
  });

  it('are told of to the page', async () => {
    const run = await scheduled();
    await send(run);
    const events = await scene.database.db('outbox').pluck('event');
    expect(events.map((text): unknown => JSON.parse(String(text)))).toMatchObject([
      { type: 'report.updated', data: { id: run.id, version: run.version + 1 } },
    ]);
  });

  it('fail with a sentence where the figures cannot be read, and keep no other from being sent', async () => {
    const broken = await insertFinishedRun(scene.database.db, BY_SAM, { figures: '{}' });
    await keep();
    expect(await states(broken)).toEqual(['sam failed']);
    expect((await listMails(scene.database.db, broken.id))[0]?.reason).toBe(
      'The figures of the report cannot be read.',
    );
  });

  it('wait where links cannot be signed', async () => {
    const run = await scheduled();
    const keys = { ...scene.sending.keys, current: () => Promise.reject(new Error('no secret')) };
    await expect(sendMailsOfRun({ ...scene.sending, keys }, run.id)).rejects.toThrow('no secret');
    expect(await states(run)).toEqual(['ada waiting', 'bob waiting']);
    await keep();
    expect(await states(run)).toEqual(['ada sent', 'bob sent']);
  });

  it('are sent no more once the process is told to stop', async () => {
    const run = await scheduled();
    const stopping = new AbortController();
    stopping.abort();
    await sendMailsOfRun(scene.sending, run.id, stopping.signal);
    expect(await states(run)).toEqual(['ada waiting', 'bob waiting']);
  });
});

describe('a mail that SES surely did not take', () => {
  it('is tried again after growing pauses, and fails with one sentence in the end', async () => {
    const run = await insertFinishedRun(scene.database.db, BY_SAM);
    scene.ses.faults.set('reject');
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      await keep();
      const [mail] = await listMails(scene.database.db, run.id);
      expect(mail?.attempts).toBe(attempt);
      if (mail?.dueAt == null) break;
      pauses.push(mail.dueAt - scene.now);
      scene.now = mail.dueAt - 1;
      await keep();
      expect((await listMails(scene.database.db, run.id))[0]?.attempts).toBe(attempt);
      scene.now = mail.dueAt;
    }
    expect(pauses).toHaveLength(MAX_ATTEMPTS - 1);
    for (const [index, pause] of pauses.entries()) {
      const longest = Math.min(30, 2 ** index) * MINUTE_MS;
      expect(pause).toBeGreaterThanOrEqual(longest / 2);
      expect(pause).toBeLessThanOrEqual(longest);
    }
    expect((await listMails(scene.database.db, run.id))[0]).toMatchObject({
      status: 'failed',
      reason: 'SES refused it (MessageRejected): Email address is not verified.',
      dueAt: null,
    });
    scene.now += 24 * 60 * MINUTE_MS;
    await keep();
    expect(scene.sent).toEqual([]);
  });

  it('does not keep the others from being sent where SES refuses that one', async () => {
    const run = await scheduled();
    scene.ses.faults.set('reject', 1);
    await send(run);
    expect(await states(run)).toEqual(['ada waiting', 'bob sent']);
  });

  it('ends the round where SES throttles: the others keep their tries', async () => {
    const run = await scheduled();
    scene.ses.faults.set('throttle');
    await send(run);
    const mails = await listMails(scene.database.db, run.id);
    expect(mails.map(({ attempts }) => attempts)).toEqual([1, 0]);
    scene.ses.faults.clear();
    scene.now += MINUTE_MS;
    await keep();
    expect(await states(run)).toEqual(['ada sent', 'bob sent']);
    expect(addressees().sort()).toEqual(['ada@example.com', 'bob@example.com']);
  });

  it('waits where nobody listens', async () => {
    const run = await insertFinishedRun(scene.database.db, BY_SAM);
    const mailer = createSesMailer({ region: 'x', endpoint: 'http://127.0.0.1:1', from: FROM });
    await sendMailsOfRun({ ...scene.sending, mailer }, run.id);
    mailer.close();
    expect((await listMails(scene.database.db, run.id))[0]).toMatchObject({
      status: 'waiting',
      reason: 'SES could not be reached (ECONNREFUSED).',
    });
  });
});

describe('a mail whose fate is unknown', () => {
  it.each([
    ['lose-request', 0],
    ['lose-answer', 1],
    ['unavailable', 0],
  ] as const)(
    'is unconfirmed and never sent again by itself where SES does this: %s',
    async (fault, sent) => {
      const run = await insertFinishedRun(scene.database.db, BY_SAM);
      scene.ses.faults.set(fault, 1);
      await send(run);
      expect(await states(run)).toEqual(['sam unconfirmed']);
      scene.now += 24 * 60 * MINUTE_MS;
      await keep();
      await send(run);
      expect(scene.sent).toHaveLength(sent);
      expect((await listMails(scene.database.db, run.id))[0]?.reason).toMatch(
        /^SES gave no clear answer \(.+\): the mail may have been sent\.$/,
      );
    },
  );

  it('is unconfirmed where SES does not answer in its time; the others wait', async () => {
    const run = await scheduled();
    scene.ses.faults.set('hang', 1);
    const sending = send(run);
    await scene.ses.faults.untilHanging();
    expect(await states(run)).toEqual(['ada sending', 'bob waiting']);
    scene.waits.ring();
    await sending;
    expect(await states(run)).toEqual(['ada unconfirmed', 'bob waiting']);
    await keep();
    expect(addressees()).toEqual(['bob@example.com']);
  });

  it('is sent again when somebody says so, once, to whoever is a recipient still', async () => {
    const run = await scheduled();
    const resend = (address: string) =>
      resendMail(scene.database.db, run, { address, now: scene.now });
    scene.ses.faults.set('lose-answer', 1);
    await send(run);
    expect(await resend('eve@example.com')).toBe('unknown');
    expect(await resend('bob@example.com')).toBe('settled');
    expect(await resend('ada@example.com')).toBe('waiting');
    expect(await resend('ada@example.com')).toBe('settled');
    await send(run);
    expect(await states(run)).toEqual(['ada sent', 'bob sent']);
    expect(addressees()).toEqual(['ada@example.com', 'ada@example.com', 'bob@example.com']);
  });

  it('is not sent again to a recipient who was taken off', async () => {
    const run = await scheduled();
    scene.ses.faults.set('lose-answer', 1);
    await send(run);
    const address = 'ada@example.com';
    const off = { address, state: 'complained', reason: 'spam', at: scene.now } as const;
    await takeOff(scene.database.db, off);
    const before = await findSchedule(scene.database.db, SCHEDULE_ID);
    expect(before?.recipients[0]?.state).toBe('complained');
    expect(await resendMail(scene.database.db, run, { address, now: scene.now })).toBe('removed');
  });

  it('is shown as such where its process was killed with the request under way', async () => {
    const run = await scheduled();
    scene.ses.faults.set('hang', 1);
    const child = startChild(join(import.meta.dirname, 'testing', 'sending-process.ts'), {
      DATABASE_URL: scene.database.url,
      SES_ENDPOINT: scene.ses.endpoint,
      RUN_ID: run.id,
    });
    await Promise.race([
      scene.ses.faults.untilHanging(),
      child.ended.then(() => {
        throw new Error(child.lines.join('\n'));
      }),
    ]);
    child.kill('SIGKILL');
    await child.ended;
    // What the mail was marked as before the request is there for others to see.
    expect(await states(run)).toEqual(['ada sending', 'bob waiting']);
    scene.now += 2 * MINUTE_MS - 1;
    await keep();
    expect(await states(run)).toEqual(['ada sending', 'bob sent']);
    scene.now += 1;
    await keep();
    expect(await states(run)).toEqual(['ada unconfirmed', 'bob sent']);
    scene.now += 24 * 60 * MINUTE_MS;
    await keep();
    expect(addressees()).toEqual(['bob@example.com']);
  });
});

describe('the log', () => {
  it('holds no address and no link', async () => {
    const run = await scheduled();
    scene.ses.faults.set('reject', 1);
    await send(run);
    scene.ses.faults.set('lose-answer', 1);
    scene.now += MINUTE_MS;
    await keep();
    expect(scene.logged.length).toBeGreaterThan(2);
    expect(scene.logged.join('')).not.toMatch(/@example|report-links/);
  });
});

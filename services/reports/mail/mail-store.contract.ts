import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenTestDatabase } from '../../testing/each-database.ts';
import type { TestDatabase } from '../../testing/test-database.ts';
import type { ReportRun } from '../run/report-run.ts';
import {
  claimMail,
  findMail,
  findMailByMessageId,
  giveUpMail,
  insertMails,
  listDueMails,
  listMails,
  markReturned,
  markSent,
  noteOnMail,
  postponeMail,
  resumeMail,
} from './mail-store.ts';
import type { MailClaim, RunMail } from './run-mail.ts';
import {
  BY_SCHEDULE,
  RUN_AT,
  insertFinishedRun,
  insertPeople,
  testUlids,
} from './testing/finished-run.ts';

const MINUTE_MS = 60_000;
const UNTIL = RUN_AT + 2 * MINUTE_MS;

/** What every database must do with the mails of runs. */
export function mailStoreContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  let run: ReportRun;
  beforeEach(async () => {
    database = await open();
    await insertPeople(database.db);
    run = await insertFinishedRun(database.db, BY_SCHEDULE);
  });
  afterEach(() => database.close());

  const mailTo = async (name: string): Promise<RunMail> => {
    const mails = await listMails(database.db, run.id);
    const mail = mails.find(({ address }) => address === `${name}@example.com`);
    if (mail === undefined) throw new Error(`There is no mail to ${name}`);
    return mail;
  };
  const claim = async (mail: RunMail, now = RUN_AT): Promise<MailClaim> => {
    const claimed = await claimMail(database.db, mail, { now, until: now + 2 * MINUTE_MS });
    if (claimed === undefined) throw new Error('The mail is taken');
    return claimed;
  };
  const due = (status: 'waiting' | 'sending', now: number, limit = 10) =>
    listDueMails(database.db, { status, now, limit });

  describe('the mail store', () => {
    it('has a mail of each recipient, due at once, from the transaction that finished the run', async () => {
      const mails = await listMails(database.db, run.id);
      expect(mails).toEqual(
        ['ada', 'bob'].map((name, index) => ({
          id: mails[index]?.id,
          runId: run.id,
          address: `${name}@example.com`,
          status: 'waiting',
          attempts: 0,
          messageId: null,
          reason: null,
          dueAt: RUN_AT,
          updatedAt: RUN_AT,
        })),
      );
      expect(await due('waiting', RUN_AT - 1)).toEqual([]);
      expect(await due('waiting', RUN_AT)).toHaveLength(2);
      expect(await due('waiting', RUN_AT, 1)).toHaveLength(1);
    });

    it('has one mail an address, and writes none where there are no addresses', async () => {
      const again = { ulids: testUlids(9), now: RUN_AT };
      await expect(insertMails(database.db, run.id, ['ada@example.com'], again)).rejects.toThrow(
        /unique|duplicate/i,
      );
      await insertMails(database.db, run.id, [], again);
      expect(await listMails(database.db, run.id)).toHaveLength(2);
    });

    it('gives a mail to one of many that claim it at once', async () => {
      const mail = await mailTo('ada');
      const claims = await Promise.all(
        Array.from({ length: 5 }, () =>
          claimMail(database.db, mail, { now: RUN_AT, until: UNTIL }),
        ),
      );
      expect(claims.filter((one) => one !== undefined)).toEqual([{ mailId: mail.id, attempt: 1 }]);
      expect(await mailTo('ada')).toMatchObject({ status: 'sending', attempts: 1, dueAt: UNTIL });
      expect(await due('waiting', UNTIL)).toHaveLength(1);
      expect(await due('sending', UNTIL - 1)).toEqual([]);
      expect(await due('sending', UNTIL)).toMatchObject([{ id: mail.id }]);
    });

    it('notes what SES calls a mail that it took, and finds it so', async () => {
      const mail = await mailTo('ada');
      const sent = { messageId: '0100-abc', now: RUN_AT + 1 };
      expect(await markSent(database.db, await claim(mail), sent)).toBe(true);
      const changed = { messageId: '0100-abc', dueAt: null, updatedAt: RUN_AT + 1 };
      const kept = { ...mail, ...changed, status: 'sent', attempts: 1 };
      expect(await findMailByMessageId(database.db, '0100-abc')).toEqual(kept);
      expect(await findMailByMessageId(database.db, '0100-ABC')).toBeUndefined();
      expect(await findMail(database.db, mail.id)).toEqual(kept);
      expect(await due('sending', UNTIL)).toEqual([]);
    });

    it('lets a mail wait until it is due again, with the reason in one line', async () => {
      const claimed = await claim(await mailTo('ada'));
      const dueAt = RUN_AT + MINUTE_MS;
      const reason = `no\r\nroom\u0000 ${'x'.repeat(600)}`;
      await postponeMail(database.db, claimed, { reason, dueAt, now: RUN_AT });
      const mail = await mailTo('ada');
      expect(mail).toMatchObject({ status: 'waiting', attempts: 1, dueAt });
      expect(mail.reason).toBe(`no room ${'x'.repeat(492)}`);
      expect(await due('waiting', dueAt - 1)).toHaveLength(1);
      expect(await due('waiting', dueAt)).toHaveLength(2);
    });

    it('takes no word of a process that was given up, but that SES has the mail', async () => {
      const mail = await mailTo('ada');
      const old = await claim(mail);
      const lost = { status: 'unconfirmed', reason: 'gone', now: UNTIL } as const;
      await giveUpMail(database.db, old, lost);
      await postponeMail(database.db, old, { reason: 'late', dueAt: UNTIL, now: UNTIL });
      expect(await mailTo('ada')).toMatchObject({
        status: 'unconfirmed',
        reason: 'gone',
        dueAt: null,
      });
      expect(await markSent(database.db, old, { messageId: 'm', now: UNTIL })).toBe(true);
      expect(await mailTo('ada')).toMatchObject({ status: 'sent', reason: null, messageId: 'm' });
    });

    it('takes no word of an attempt after another one has begun', async () => {
      const old = await claim(await mailTo('ada'));
      const address = 'ada@example.com';
      const lost = { status: 'unconfirmed', reason: 'gone', now: UNTIL } as const;
      await giveUpMail(database.db, old, lost);
      expect(await resumeMail(database.db, { runId: run.id, address, now: UNTIL })).toBe(true);
      const next = await claim(await mailTo('ada'), UNTIL);
      expect(next.attempt).toBe(2);
      expect(await markSent(database.db, old, { messageId: 'old', now: UNTIL })).toBe(false);
      await giveUpMail(database.db, old, { ...lost, status: 'failed' });
      expect(await mailTo('ada')).toMatchObject({
        status: 'sending',
        attempts: 2,
        messageId: null,
      });
    });

    it('resumes only what failed or is unknown, and once', async () => {
      const resume = (address: string) =>
        resumeMail(database.db, { runId: run.id, address, now: RUN_AT });
      expect(await resume('ada@example.com')).toBe(false);
      expect(await resume('eve@example.com')).toBe(false);
      const claimed = await claim(await mailTo('ada'));
      expect(await resume('ada@example.com')).toBe(false);
      await giveUpMail(database.db, claimed, { status: 'failed', reason: 'no', now: RUN_AT });
      const both = await Promise.all([resume('ada@example.com'), resume('ada@example.com')]);
      expect(both.sort()).toEqual([false, true]);
      expect(await mailTo('ada')).toMatchObject({ status: 'waiting', reason: null, dueAt: RUN_AT });
    });

    it('keeps the first word of what came back, and sends such a mail no more', async () => {
      const { id } = await mailTo('ada');
      await noteOnMail(database.db, id, 'full for now');
      expect(await mailTo('ada')).toMatchObject({ status: 'waiting', reason: 'full for now' });
      const back = { status: 'bounced', reason: 'no such user', now: RUN_AT } as const;
      expect(await markReturned(database.db, id, back)).toBe(true);
      const later = { status: 'complained', reason: 'spam', now: RUN_AT } as const;
      expect(await markReturned(database.db, id, later)).toBe(false);
      await noteOnMail(database.db, id, 'full for now');
      expect(await mailTo('ada')).toMatchObject({
        status: 'bounced',
        reason: 'no such user',
        dueAt: null,
      });
      expect(await due('waiting', UNTIL)).toMatchObject([{ address: 'bob@example.com' }]);
    });
  });
}

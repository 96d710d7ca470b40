import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
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
  touchRun,
} from '../../reports/mail/mail-store.ts';
import { takeOffSchedule } from '../../reports/schedule/schedule-store.ts';
import { KNOWN_ID } from './known-rows.ts';
import { operation } from './store-operation.ts';
import type { StoreOperation } from './store-operation.ts';

const AT = Date.parse('2026-11-22T08:30:00.000Z');
const ROUND = 200;
const ULIDS = createUlidSource({ clock: () => AT, random: seededRandom(1) });
const CLAIM = { mailId: KNOWN_ID, attempt: 1 };
const REASON = 'SES refused it.';

const OF_A_RUN = {
  deliberate: [
    {
      index: 'uq_report_mails',
      faults: ['look-ups'],
      because: 'a run has at most 50 mails',
    },
  ],
} as const;
const AMONG_DUE = {
  deliberate: [
    {
      index: 'ix_report_mails_due',
      faults: ['reads past', 'look-ups'],
      because: 'only mails that wait or are being sent are due, which are few at any time',
    },
  ],
} as const;
const due = (
  status: 'waiting' | 'sending',
): [{ status: typeof status; now: number; limit: number }] => [{ status, now: AT, limit: ROUND }];

/** What is asked of the mails of reports. */
export const REPORT_MAIL_OPERATIONS: readonly StoreOperation[] = [
  operation('mails of a run are planned', insertMails, [
    KNOWN_ID,
    ['ada@example.com'],
    { ulids: ULIDS, now: AT },
  ]),
  operation('the mails of a run', listMails, [KNOWN_ID], OF_A_RUN),
  operation('mails that are to be sent', listDueMails, due('waiting'), AMONG_DUE),
  operation('mails whose sender is gone', listDueMails, due('sending'), AMONG_DUE),
  operation('a mail', findMail, [KNOWN_ID]),
  operation('the mail that SES calls so', findMailByMessageId, ['0100-abc']),
  operation('a mail is claimed', claimMail, [
    { id: KNOWN_ID, attempts: 0 },
    { now: AT, until: AT },
  ]),
  operation('SES has taken a mail', markSent, [CLAIM, { messageId: '0100-abc', now: AT }]),
  operation('a mail is to be tried again', postponeMail, [
    CLAIM,
    { reason: REASON, dueAt: AT, now: AT },
  ]),
  operation('a mail is given up', giveUpMail, [
    CLAIM,
    { status: 'failed', reason: REASON, now: AT },
  ]),
  operation('a mail is sent again by hand', resumeMail, [
    { runId: KNOWN_ID, address: 'sam@example.com', now: AT },
  ]),
  operation('a mail came back', markReturned, [
    KNOWN_ID,
    { status: 'bounced', reason: REASON, now: AT },
  ]),
  operation('a mail bounced for now', noteOnMail, [KNOWN_ID, REASON]),
  operation('the mails of a run have changed', touchRun, [KNOWN_ID]),
  operation('a recipient leaves a schedule', takeOffSchedule, [
    'daily',
    { address: 'ada@example.com', state: 'unsubscribed', reason: REASON, at: AT },
  ]),
];

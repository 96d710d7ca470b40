import type { Logger } from '@ordercast/platform/logger.ts';
import { retryPauseMs } from '@ordercast/platform/retry-pause.ts';
import type { LinkKeys } from '../link/link-keys.ts';
import { changeRun } from '../run/run-changes.ts';
import type { RunChanges } from '../run/run-changes.ts';
import { findRun } from '../run/run-store.ts';
import type { Headline } from '../definition/report-definition.ts';
import { composeMail } from './compose-mail.ts';
import { runHeadline } from './run-headline.ts';
import type { LinkSettings } from './compose-mail.ts';
import {
  claimMail,
  giveUpMail,
  listDueMails,
  listMails,
  markSent,
  postponeMail,
  touchRun,
} from './mail-store.ts';
import { MAIL_TAG, RUN_TAG } from './mail-tags.ts';
import type { ReportMail } from './report-mail.ts';
import type { MailClaim, RunMail } from './run-mail.ts';
import { runRecipients } from './run-recipients.ts';
import type { FailedSend } from './send-fate.ts';
import { SEND_DEADLINE_MS } from './ses-mailer.ts';
import type { Mailer } from './ses-mailer.ts';

export interface MailSending extends RunChanges {
  mailer: Pick<Mailer, 'send'>;
  keys: LinkKeys;
  links: LinkSettings;
  /** 0 ≤ x < 1. */
  random: () => number;
  log: Logger;
}

/** Whoever sends writes what came of it well before; what it has not by then, nobody knows. */
const LEASE_MS = SEND_DEADLINE_MS + 105_000;
/** With the pauses below, a mail that SES refuses is given up after an hour or more. */
export const MAX_ATTEMPTS = 8;
/** From when a minute passes between rounds anyway. */
const PAUSES = { baseMs: 60_000, maxMs: 1_800_000 };
/** As many as a round of a minute can send, one after the other. */
const ROUND = 200;

const LAPSED = 'The program that sent it ended in between: the mail may have been sent.';

/** Sends the mails of a run that are due; what cannot be sent now is left over. Stops between two mails once `signal` is aborted. */
export async function sendMailsOfRun(
  sending: MailSending,
  runId: string,
  signal?: AbortSignal,
): Promise<void> {
  const now = sending.clock();
  const mails = await listMails(sending.database, runId);
  const due = mails.filter(
    ({ status, dueAt }) => status === 'waiting' && dueAt !== null && dueAt <= now,
  );
  await sendOneByOne(sending, due, signal);
}

/**
 * Sends what is left over of any run, and shows as unconfirmed what a process began to send and did not live to tell of. To be called each
 * minute or so.
 */
export async function sendLeftOverMails(sending: MailSending, signal?: AbortSignal): Promise<void> {
  const { database, clock, log } = sending;
  const due = (status: 'waiting' | 'sending') =>
    listDueMails(database, { status, now: clock(), limit: ROUND });
  const lapsed = await due('sending');
  for (const { id, attempts } of lapsed) {
    const claim = { mailId: id, attempt: attempts };
    await giveUpMail(database, claim, { status: 'unconfirmed', reason: LAPSED, now: clock() });
    log.warn({ mailId: id }, 'mail whose sender is gone: its fate is unknown');
  }
  await tellOf(sending, lapsed);
  await sendOneByOne(sending, await due('waiting'), signal);
}

/** One after the other, so that no rate of SES is met. Ends at the first that meets what the others would meet as well. */
async function sendOneByOne(
  sending: MailSending,
  mails: readonly RunMail[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const tried: RunMail[] = [];
  try {
    for (const mail of mails) {
      if (signal?.aborted === true) return;
      tried.push(mail);
      if ((await sendOne(sending, mail)) === 'stop') return;
    }
  } finally {
    await tellOf(sending, tried);
  }
}

/** Has the page read the mails of these runs again. */
async function tellOf(sending: MailSending, mails: readonly RunMail[]): Promise<void> {
  for (const runId of new Set(mails.map((mail) => mail.runId))) {
    await changeRun(sending, runId, (transaction) => touchRun(transaction, runId));
  }
}

async function sendOne(sending: MailSending, mail: RunMail): Promise<'go on' | 'stop'> {
  const { database, mailer, clock, log } = sending;
  const written = await writeMail(sending, mail);
  const now = clock();
  // Committed before the request: whatever happens from here on, this mail is not taken for one that was never sent.
  const claim = await claimMail(database, mail, { now, until: now + LEASE_MS });
  if (claim === undefined) return 'go on';
  if ('unwritten' in written) {
    await giveUpMail(database, claim, { status: 'failed', reason: written.unwritten, now });
    return 'go on';
  }
  const { address, id, runId } = mail;
  const tags = { [RUN_TAG]: runId, [MAIL_TAG]: id };
  const outcome = await mailer.send(written, { address, tags });
  if (outcome.fate === 'sent') {
    const { messageId } = outcome;
    await markSent(database, claim, { messageId, now: clock() });
    log.info({ runId, mailId: id, messageId }, 'mail sent');
    return 'go on';
  }
  // Not its reason, which may quote an address.
  const { fate, concernsAll } = outcome;
  log.warn({ runId, mailId: id, attempt: claim.attempt, fate, concernsAll }, 'mail not sent');
  await noteFailure(sending, claim, outcome);
  return concernsAll ? 'stop' : 'go on';
}

/** The mail, or why there is none to be sent. Throws what may be otherwise the next time. */
async function writeMail(
  { database, keys, links, clock, log }: MailSending,
  { runId, address }: RunMail,
): Promise<ReportMail | { unwritten: string }> {
  const run = await findRun(database, runId);
  if (run?.status !== 'done') return { unwritten: 'The report is not there any more.' };
  const recipients = await runRecipients(database, run);
  if (!recipients.some((recipient) => recipient.address === address)) {
    return { unwritten: 'The address was no recipient any more when the mail was to be sent.' };
  }
  let headline: Headline;
  try {
    headline = runHeadline(run);
  } catch (error) {
    log.error({ err: error, runId }, 'a report whose figures cannot be read');
    return { unwritten: 'The figures of the report cannot be read.' };
  }
  return composeMail({ run, headline, address }, { keys, links, now: clock() });
}

async function noteFailure(
  { database, clock, random }: MailSending,
  claim: MailClaim,
  { fate, reason }: FailedSend,
): Promise<void> {
  const now = clock();
  if (fate === 'unknown') {
    await giveUpMail(database, claim, { status: 'unconfirmed', reason, now });
  } else if (claim.attempt >= MAX_ATTEMPTS) {
    await giveUpMail(database, claim, { status: 'failed', reason, now });
  } else {
    const dueAt = now + retryPauseMs(claim.attempt, PAUSES, random);
    await postponeMail(database, claim, { reason, dueAt, now });
  }
}

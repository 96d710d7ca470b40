import type { Knex } from 'knex';
import type { ReportRun } from '../run/report-run.ts';
import { listMails, resumeMail } from './mail-store.ts';
import { runRecipients } from './run-recipients.ts';

/** `unknown`: the run has no such mail; `removed`: its address gets this report no more; `settled`: it is sent or will be. */
export type ResendOutcome = 'waiting' | 'unknown' | 'removed' | 'settled';

/**
 * Lets a mail that failed, or whose fate is unknown, wait to be sent once more; of two that ask at once, one is told that it is `settled`.
 * `now` is epoch ms.
 */
export async function resendMail(
  db: Knex,
  run: Pick<ReportRun, 'id' | 'requestedBy' | 'scheduleId'>,
  { address, now }: { address: string; now: number },
): Promise<ResendOutcome> {
  const mails = await listMails(db, run.id);
  if (!mails.some((mail) => mail.address === address)) return 'unknown';
  const recipients = await runRecipients(db, run);
  if (!recipients.some((recipient) => recipient.address === address)) return 'removed';
  return (await resumeMail(db, { runId: run.id, address, now })) ? 'waiting' : 'settled';
}

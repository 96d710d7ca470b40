import type { UlidSource } from '@ordercast/platform/ulid.ts';
import type { Knex } from 'knex';
import type { ReportRun } from '../run/report-run.ts';
import { insertMails } from './mail-store.ts';
import { runRecipients } from './run-recipients.ts';

/**
 * Plans the mails of a run, one a recipient, in the transaction that finishes it: so a finished run has its mails, and no other has one.
 * `now` is epoch ms.
 */
export async function planMails(
  transaction: Knex.Transaction,
  run: Pick<ReportRun, 'id' | 'requestedBy' | 'scheduleId'>,
  when: { ulids: UlidSource; now: number },
): Promise<void> {
  const recipients = await runRecipients(transaction, run);
  const addresses = recipients.map(({ address }) => address);
  await insertMails(transaction, run.id, addresses, when);
}

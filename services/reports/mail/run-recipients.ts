import type { Recipient } from '@ordercast/contract/report-schedule.ts';
import type { Knex } from 'knex';
import { findPerson } from '../../people/people-store.ts';
import type { ReportRun } from '../run/report-run.ts';
import { InvalidAddress, recipientAddress } from '../schedule/recipients/recipient-address.ts';
import { findSchedule } from '../schedule/schedule-store.ts';

/** Who asked for a run: all that says whom it is mailed to. */
export type AskedRun = Pick<ReportRun, 'requestedBy' | 'scheduleId'>;

export interface RunRecipient {
  address: string;
  /** Links that were signed before (epoch ms) are over; 0: none are. */
  since: number;
}

/**
 * The addresses that a run is mailed to, as they stand now: of the person who asked for it, or the active ones of the schedule that did.
 * None where that person has no address that can be mailed.
 */
export async function runRecipients(db: Knex, run: AskedRun): Promise<RunRecipient[]> {
  const recipients = await scheduleRecipients(db, run);
  return recipients === undefined
    ? personsAddress(db, run)
    : recipients
        .filter(({ state }) => state === 'active')
        .map(({ address, at }) => ({ address, since: at === null ? 0 : Date.parse(at) }));
}

/** The same with those on the schedule's list who get no mails any more; of each every link is good, since any may serve to leave the list. */
export async function listedRecipients(db: Knex, run: AskedRun): Promise<RunRecipient[]> {
  const recipients = await scheduleRecipients(db, run);
  return recipients === undefined
    ? personsAddress(db, run)
    : recipients.map(({ address }) => ({ address, since: 0 }));
}

/** Undefined where no schedule asked for the run. */
async function scheduleRecipients(
  db: Knex,
  { scheduleId }: AskedRun,
): Promise<readonly Recipient[] | undefined> {
  if (scheduleId === null) return undefined;
  return (await findSchedule(db, scheduleId))?.recipients ?? [];
}

async function personsAddress(db: Knex, run: AskedRun): Promise<RunRecipient[]> {
  if (run.requestedBy === null) return [];
  const person = await findPerson(db, run.requestedBy.sub);
  try {
    return person === undefined ? [] : [{ address: recipientAddress(person.email), since: 0 }];
  } catch (error) {
    if (error instanceof InvalidAddress) return [];
    throw error;
  }
}

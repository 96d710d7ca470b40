import type { Knex } from 'knex';
import type { ReportRun } from '../run/report-run.ts';
import type { RunRecipient } from '../mail/run-recipients.ts';
import { findRun } from '../run/run-store.ts';
import type { LinkKeys } from './link-keys.ts';
import { openLink } from './report-link.ts';

/**
 * What a link leads to now. `unknown` is all of: not signed here, altered, by a key that was taken out, of a run that is not there, for somebody
 * who is no recipient any more, or signed before they were put on the list anew; whoever has the link is not told which.
 */
export type VisitedLink =
  | { state: 'open' | 'expired'; run: ReportRun; address: string; expiresAt: number }
  | { state: 'unknown' };

/** `recipientsOf` says who may open it. `now` is epoch ms. Throws `SecretUnavailable`. */
export async function visitLink(
  { database, keys }: { database: Knex; keys: LinkKeys },
  token: string,
  {
    now,
    recipientsOf,
  }: { now: number; recipientsOf: (db: Knex, run: ReportRun) => Promise<RunRecipient[]> },
): Promise<VisitedLink> {
  const link = await openLink(keys, token);
  const run = link === undefined ? undefined : await findRun(database, link.runId);
  if (link === undefined || run?.status !== 'done') return { state: 'unknown' };
  const { issuedAt, expiresAt } = link;
  const recipient = (await recipientsOf(database, run)).find(
    ({ address, since }) => link.isFor(address) && issuedAt >= since,
  );
  if (recipient === undefined) return { state: 'unknown' };
  const { address } = recipient;
  return { state: now < expiresAt ? 'open' : 'expired', run, address, expiresAt };
}

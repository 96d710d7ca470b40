import type { Knex } from 'knex';
import { inlineValues } from './inline-values.ts';
import type { Backfill } from './recorded-item.ts';
import { RecordingClient } from './recording-client.ts';

const MAX_BATCH = 4_000;

/**
 * Changes rows batch by batch, along the key. The step must say
 * `export const config = { transaction: false }`; each batch is then a transaction of its own that
 * notes how far it came, and a step that was interrupted goes on from there.
 */
export async function backfill(knex: Knex, wanted: Backfill): Promise<void> {
  if (!Number.isInteger(wanted.batch) || wanted.batch < 1 || wanted.batch > MAX_BATCH) {
    throw new RangeError(`A backfill's batch must be 1 to ${MAX_BATCH} rows.`);
  }
  const { table, set, where } = wanted;
  for (const text of [set, where ?? '']) inlineValues(text, []);
  const client: unknown = knex.client;
  if (client instanceof RecordingClient) {
    client.items.push({ kind: 'backfill', backfill: wanted });
    return;
  }
  // knex's own command line, and SQLite: all in one go.
  // Without values, or knex would take a question mark in `set` for one more.
  const name = knex.raw('??', [table]).toQuery();
  await knex.raw(`update ${name} set ${set}${where === undefined ? '' : ` where ${where}`}`);
}

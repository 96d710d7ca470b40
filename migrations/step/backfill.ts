import type { Knex } from 'knex';
import { assertExactKey } from './backfill-key.ts';
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
  const client: unknown = knex.client;
  if (client instanceof RecordingClient) {
    client.inStatement(() => assertBackfill(wanted));
    for (const items of [client.items, client.formerItems]) {
      items.push({ kind: 'backfill', backfill: wanted });
    }
    return;
  }
  assertBackfill(wanted);
  const { table, set, where } = wanted;
  // knex's own command line, and SQLite: all in one go.
  // Without values, or knex would take a question mark in `set` for one more.
  const name = knex.raw('??', [table]).toQuery();
  await knex.raw(`update ${name} set ${set}${where === undefined ? '' : ` where ${where}`}`);
}

function assertBackfill(wanted: Backfill): void {
  if (!Number.isInteger(wanted.batch) || wanted.batch < 1 || wanted.batch > MAX_BATCH) {
    throw new RangeError(`A backfill's batch must be 1 to ${MAX_BATCH} rows.`);
  }
  assertExactKey(wanted);
  const { table, set, where } = wanted;
  for (const text of [table, wanted.key, wanted.keyType]) assertName(text);
  for (const text of [set, where ?? '']) {
    assertOneLine(text);
    inlineValues(text, []);
  }
}

function assertName(text: string): void {
  if (/^[\w(), ]+$/.test(text)) return;
  throw new RangeError(`A backfill's table, key and keyType are plain names, not ${text}.`);
}

/** The texts stand in the middle of a plan's statement, which ends its line, as sqlcmd reads it. */
function assertOneLine(text: string): void {
  const outsideTexts = text.replaceAll(/'(?:[^']|'')*'/g, "''");
  const isOneLine = /^[\x20-\x7e]*$/.test(text) && !text.includes('$(');
  if (isOneLine && !/--|\/\*/.test(outsideTexts)) return;
  throw new RangeError(
    "A backfill's set and where are one line of ASCII each, without a comment or $(: " +
      `write another character as nchar(<code>). It reads: ${text}`,
  );
}

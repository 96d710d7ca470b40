import type { Knex } from 'knex';
import { z } from 'zod';
import { inTransaction } from '@ordercast/platform/transaction.ts';
import { whereBeginsWith } from '@ordercast/platform/where-begins-with.ts';
import { WORDS_VERSION, personWords, searchedWord, toSearchKey } from './person-words.ts';

const namesRow = z.object({ name: z.string(), email: z.string() });
const subRow = z.object({ sub: z.string() });

/**
 * Makes the words of a person anew, in the caller's transaction: to be called in each one that writes
 * a name or an address. The first statement locks the person, so that two who do so follow each other.
 */
export async function keepWords(db: Knex, sub: string): Promise<void> {
  await db('people').where({ sub }).update({ words_version: WORDS_VERSION });
  const row: unknown = await db('people').where({ sub }).first('name', 'email');
  const words = row === undefined ? [] : personWords(namesRow.parse(row));
  await db('person_words').where({ sub }).del();
  if (words.length > 0) await db('person_words').insert(words.map((word) => ({ word, sub })));
}

/**
 * Makes the words of up to `limit` people who have none, or those of older rules: a program of the
 * version before wrote them. Returns of how many.
 */
export async function keepMissingWords(db: Knex, limit: number): Promise<number> {
  const rows: unknown[] = await db('people')
    .where((people) =>
      people.whereNull('words_version').orWhere('words_version', '<', WORDS_VERSION),
    )
    .limit(limit)
    .select('sub');
  for (const row of rows) {
    const { sub } = subRow.parse(row);
    await inTransaction(db, (trx) => keepWords(trx, sub));
  }
  return rows.length;
}

/** A query for the `sub` of everybody of whom a word begins with `q`; undefined where `q` says nothing. */
export function whoseWordBeginsWith(db: Knex, q: string): Knex.QueryBuilder | undefined {
  const word = searchedWord(q);
  if (word === '') return undefined;
  const found = whereBeginsWith(db('person_words').select('sub'), 'word', word);
  // People without words yet have the keys of the version before; a later release drops those.
  const key = toSearchKey(q);
  return found
    .union(whereBeginsWith(db('people').select('sub'), 'name_key', key))
    .union(whereBeginsWith(db('people').select('sub'), 'email_key', key));
}

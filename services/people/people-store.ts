import type { Knex } from 'knex';
import { z } from 'zod';
import {
  hasVisibleCharacters,
  withoutHiddenCharacters,
} from '@ordercast/contract/hidden-characters.ts';
import { MAX_NAME_LENGTH } from '@ordercast/contract/max-name-length.ts';
import { instantValue } from '@ordercast/platform/column.ts';
import { cutText } from '@ordercast/platform/cut-text.ts';
import { inTransaction } from '@ordercast/platform/transaction.ts';
import { isUniqueViolation } from '@ordercast/platform/unique-violation.ts';
import { toSearchKey } from './person-words.ts';
import { keepWords } from './person-words-store.ts';
import type { Person } from './person.ts';

const MAX_EMAIL_LENGTH = 320;
/** What somebody without a name is called; all else that the pool knows of them, they sign in with. */
const NAMELESS = 'Nameless';

const personRow = z.object({ sub: z.string(), name: z.string(), email: z.string() });

/** Who has this `sub`; undefined where nobody is known by it. */
export async function findPerson(db: Knex, sub: string): Promise<Person | undefined> {
  const row: unknown = await db('people').where({ sub }).first('sub', 'name', 'email');
  if (row === undefined) return undefined;
  const person = personRow.parse(row);
  // SQL Server compares texts without their trailing blanks, whatever the collation.
  return person.sub === sub ? person : undefined;
}

/** Keeps a person; whoever is there already stays as they are. `now` is in epoch milliseconds. */
export async function keepPerson(db: Knex, person: Person, now: number): Promise<void> {
  try {
    await inTransaction(db, (trx) => insertPerson(trx, person, now));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
}

/** Gives somebody who is kept the name and address of `person`; without an address, theirs stays. */
export async function updatePerson(db: Knex, person: Person, now: number): Promise<void> {
  const { name, name_key, email, email_key, words_version } = toPersonRow(person, now);
  await inTransaction(db, async (trx) => {
    const known = await trx('people')
      .where({ sub: person.sub })
      .update({ name, name_key, words_version, ...(email !== '' && { email, email_key }) });
    if (known > 0) await keepWords(trx, person.sub);
  });
}

/** Writes a new person and what they are found by, in the caller's transaction. */
export async function insertPerson(db: Knex, person: Person, now: number): Promise<void> {
  await db('people').insert(toPersonRow(person, now));
  await keepWords(db, person.sub);
}

/** The row of a person, to be followed by `keepWords`; without that, housekeeping makes the words. */
function toPersonRow(person: Person, now: number) {
  const name = keptName(person.name);
  const email = cutText(plain(person.email), MAX_EMAIL_LENGTH);
  return {
    sub: person.sub,
    name,
    email,
    name_key: cutText(toSearchKey(name), MAX_NAME_LENGTH),
    email_key: cutText(toSearchKey(email), MAX_EMAIL_LENGTH),
    words_version: null,
    created_at: instantValue(now),
  };
}

/** The name that is kept of one that the pool gives: as much as fits, and Nameless where none of it shows. */
export function keptName(name: string): string {
  const kept = cutText(plain(name), MAX_NAME_LENGTH);
  return hasVisibleCharacters(kept) ? kept : NAMELESS;
}

/** The pool takes any text from whoever signs up past our page; others must be able to read it. */
function plain(text: string): string {
  return withoutHiddenCharacters(text.toWellFormed()).trim();
}

import type { Knex } from 'knex';
import { z } from 'zod';
import { withoutHiddenCharacters } from '@ordercast/contract/hidden-characters.ts';
import { instantValue } from '@ordercast/platform/column.ts';
import { isUniqueViolation } from '@ordercast/platform/unique-violation.ts';
import type { Person } from './person.ts';

const MAX_NAME_LENGTH = 200;
const MAX_EMAIL_LENGTH = 320;

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
    await db('people').insert(toPersonRow(person, now));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
}

/** The row of a person, search keys included. */
export function toPersonRow(person: Person, now: number) {
  const name = plain(person.name).slice(0, MAX_NAME_LENGTH);
  const email = plain(person.email).slice(0, MAX_EMAIL_LENGTH);
  return {
    sub: person.sub,
    name,
    email,
    name_key: toSearchKey(name).slice(0, MAX_NAME_LENGTH),
    email_key: toSearchKey(email).slice(0, MAX_EMAIL_LENGTH),
    created_at: instantValue(now),
  };
}

/** The pool takes any text from whoever signs up past our page; others must be able to read it. */
function plain(text: string): string {
  return withoutHiddenCharacters(text.toWellFormed()).trim();
}

/** The form in which names and addresses are compared by their beginning: case does not count. */
export function toSearchKey(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

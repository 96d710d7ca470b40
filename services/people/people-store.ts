import type { Knex } from 'knex';
import { z } from 'zod';
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

/** Gives somebody who is kept the name and address of `person`; without an address, theirs stays. */
export async function updatePerson(db: Knex, person: Person, now: number): Promise<void> {
  const { name, name_key, email, email_key } = toPersonRow(person, now);
  await db('people')
    .where({ sub: person.sub })
    .update({ name, name_key, ...(email !== '' && { email, email_key }) });
}

/** The row of a person, search keys included. */
export function toPersonRow(person: Person, now: number) {
  const name = person.name.toWellFormed().slice(0, MAX_NAME_LENGTH);
  const email = person.email.toWellFormed().slice(0, MAX_EMAIL_LENGTH);
  return {
    sub: person.sub,
    name,
    email,
    name_key: toSearchKey(name).slice(0, MAX_NAME_LENGTH),
    email_key: toSearchKey(email).slice(0, MAX_EMAIL_LENGTH),
    created_at: instantValue(now),
  };
}

/** The form in which names and addresses are compared by their beginning: case does not count. */
export function toSearchKey(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

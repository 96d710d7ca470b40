import type { Knex } from 'knex';

/** A primary key with a name of its own. */
export function primaryKey(
  table: Knex.CreateTableBuilder,
  name: string,
  columns: readonly string[],
): void {
  // The form that replaces this one writes broken SQL on SQLite (knex 3.3).
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  table.primary([...columns], name);
}

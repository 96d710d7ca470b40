import type { Knex } from 'knex';

/** Lets `knex_migrations` have these steps as those that were applied last, in this order. */
export async function moveToEnd(
  trx: Knex,
  appliedTable: string,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    await trx.raw(
      `INSERT INTO ${appliedTable} (name, batch, migration_time) SELECT name, batch, migration_time FROM ${appliedTable} WHERE name = ?`,
      [name],
    );
    await trx.raw(
      `DELETE FROM ${appliedTable} WHERE name = ? AND id < (SELECT MAX(id) FROM ${appliedTable} WHERE name = ?)`,
      [name, name],
    );
  }
}

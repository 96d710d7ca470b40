import type { Knex } from 'knex';
import { readSqlServerSchema } from '../schema/read-sql-server-schema.ts';

/** Drops every table, whoever made it; those that others refer to go last. */
export async function emptyServer(db: Knex): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    const { tables } = await readSqlServerSchema(db);
    for (const { name } of tables.values()) {
      await db.raw('drop table ??', [name]).catch(() => undefined);
    }
    if (tables.size === 0) return;
  }
  throw new Error('The tables of the server cannot be dropped.');
}

import { BOOTSTRAPPED, COLUMNS, answerOf } from './catalogue-server.ts';
import type { Row } from './catalogue-server.ts';
import { startMigratingServer } from './migrating-server.ts';
import type { MigratingServer } from './migrating-server.ts';

/**
 * A SQL Server whose catalogue shows the tables that its steps make, for what looks at both. It knows
 * tables of columns of the type `int` alone.
 */
export async function startLivingServer(): Promise<MigratingServer> {
  const server = await startMigratingServer((sql, answer) =>
    sql.includes(' sys.')
      ? answerOf({ ...BOOTSTRAPPED, [COLUMNS]: columnsOf(server) }, sql)
      : answer(),
  );
  return server;
}

function columnsOf({ database }: MigratingServer): Row[] {
  const columns = database
    .prepare(
      `select t.name as table_name, c.name as name, 1 - c."notnull" as nullable
       from sqlite_master as t join pragma_table_info(t.name) as c
       where t.type = 'table' and t.name not like 'sqlite%' and t.name not like 'knex%' and t.name <> 'migration_history'`,
    )
    .all();
  return columns.map((row) => ({
    table_name: String(row['table_name']),
    name: String(row['name']),
    type: 'int',
    max_length: 4,
    precision: 10,
    scale: 0,
    collation: null,
    is_nullable: row['nullable'] === 1,
    is_identity: false,
    default_name: null,
    default_definition: null,
    computed: null,
  }));
}

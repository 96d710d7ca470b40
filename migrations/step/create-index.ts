import { dialectOf } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';

export interface IndexSpec {
  name: string;
  columns: readonly string[];
  /** Columns that ride along, so that a query is answered from the index alone (SQL Server). */
  include?: readonly string[];
  /** The predicate of a filtered index. */
  where?: string;
  unique?: boolean;
  /** The order of the table itself (SQL Server). */
  clustered?: boolean;
  /** Build it without blocking the table, where the server's edition can. */
  online?: boolean;
}

/**
 * Which build online, by EngineEdition: Enterprise, Evaluation and Developer (3), Azure SQL Database (5) and Managed
 * Instance (8).
 */
export const ONLINE_EDITIONS: readonly number[] = [3, 5, 8];

/** What comes before the statement of an online build. */
export const ONLINE = `DECLARE @online nvarchar(40) = CASE WHEN CAST(SERVERPROPERTY('EngineEdition') AS int) IN (${ONLINE_EDITIONS.join(', ')}) THEN N' WITH (ONLINE = ON)' ELSE N'' END;`;

/** Creates an index with all that SQL Server can and knex cannot say. */
export async function createIndex(knex: Knex, table: string, spec: IndexSpec): Promise<void> {
  const isServer = dialectOf(knex) === 'mssql';
  const sql = isServer ? sqlServerIndex(table, spec) : sqliteIndex(table, spec);
  await knex.schema.raw(
    isServer && spec.online === true
      ? `${ONLINE}\nEXEC (N'${sql.replaceAll("'", "''")}' + @online)`
      : sql,
  );
}

function sqlServerIndex(table: string, spec: IndexSpec): string {
  const names = (columns: readonly string[]) => columns.map((column) => `[${column}]`).join(', ');
  const kind = `${spec.unique === true ? 'UNIQUE ' : ''}${spec.clustered === true ? 'CLUSTERED ' : ''}`;
  return (
    `CREATE ${kind}INDEX [${spec.name}] ON [${table}] (${names(spec.columns)})` +
    (spec.include === undefined ? '' : ` INCLUDE (${names(spec.include)})`) +
    (spec.where === undefined ? '' : ` WHERE ${spec.where}`)
  );
}

function sqliteIndex(table: string, spec: IndexSpec): string {
  const columns = spec.columns.map((column) => `\`${column}\``).join(', ');
  return (
    `create ${spec.unique === true ? 'unique ' : ''}index \`${spec.name}\` on \`${table}\` (${columns})` +
    (spec.where === undefined ? '' : ` where ${spec.where}`)
  );
}

/** The part of knex's SQLite dialect that our client class builds on; knex ships no types for it. */
declare module 'knex/lib/dialects/better-sqlite3/index.js' {
  import type Sqlite from 'better-sqlite3';
  import { Knex } from 'knex';

  export interface QueryJob {
    sql: string;
    bindings?: readonly unknown[];
    response?: unknown;
    context?: { lastID: number | bigint; changes: number };
  }

  export default class BetterSqlite3Client extends Knex.Client {
    connectionSettings: { filename: string };
    _formatBindings(bindings: readonly unknown[] | undefined): unknown[];
    _query(connection: Sqlite.Database, job: QueryJob): Promise<QueryJob>;
  }
}

/** The parts of knex's dialects that our client classes build on; knex ships no types for them. */
declare module 'knex/lib/dialects/better-sqlite3/index.js' {
  import type Sqlite from 'better-sqlite3';
  import { Knex } from 'knex';

  export interface QueryJob {
    sql: string;
    bindings?: readonly unknown[];
    queryContext?: { lockTimeoutMs?: number };
    response?: unknown;
    context?: { lastID: number | bigint; changes: number };
  }

  export default class BetterSqlite3Client extends Knex.Client {
    connectionSettings: { filename: string; waiting: object };
    _formatBindings(bindings: readonly unknown[] | undefined): unknown[];
    _query(connection: Sqlite.Database, job: QueryJob): Promise<QueryJob>;
  }
}

declare module 'knex/lib/dialects/mssql/index.js' {
  import { Knex } from 'knex';
  import type * as Tedious from 'tedious';
  import type { Connection } from 'tedious';

  export interface QueryJob {
    sql: string;
    method?: string;
    bindings?: readonly unknown[];
    response?: readonly Column[][];
    returning?: unknown;
    pluck?: string;
    output?: (this: unknown, response: unknown) => unknown;
  }

  export interface Column {
    metadata: { colName: string };
    value: unknown;
  }

  /** A pool's connection as knex marks it. */
  export interface PooledConnection extends Connection {
    connected?: boolean;
    __knex__disposed?: unknown;
  }

  export default class MssqlClient extends Knex.Client {
    driver: typeof Tedious;
    connectionSettings: object;
    queryCompiler(builder: unknown, bindings?: unknown): unknown;
    _driver(): typeof Tedious;
    acquireRawConnection(): Promise<PooledConnection>;
    destroyRawConnection(connection: PooledConnection): Promise<void>;
    validateConnection(connection: PooledConnection): Promise<boolean>;
    _query(connection: PooledConnection, job: QueryJob): Promise<QueryJob>;
    _stream(
      connection: PooledConnection,
      job: QueryJob,
      stream: { destroy: (error: Error) => unknown },
    ): Promise<unknown>;
    processResponse(job: QueryJob, runner: unknown): unknown;
  }
}

declare module 'knex/lib/dialects/mssql/query/mssql-querycompiler.js' {
  export default class MssqlQueryCompiler {
    constructor(client: unknown, builder: unknown, bindings?: unknown);
    _returning(method: string, value: unknown, withTrigger?: boolean): string | undefined;
  }
}

declare module 'knex/lib/dialects/mssql/transaction.js' {
  import type { PooledConnection } from 'knex/lib/dialects/mssql/index.js';

  export default class MssqlTransaction {
    constructor(client: unknown, container: unknown, config: unknown, outerTx: unknown);
    txid: string;
    outerTx: unknown;
    isolationLevel: string | undefined;
    doNotRejectOnRollback: boolean | undefined;
    _completed: boolean;
    _resolver: (value?: unknown) => void;
    _rejecter: (error: unknown) => void;
    begin(connection: PooledConnection): Promise<unknown>;
    savepoint(connection: PooledConnection): Promise<unknown>;
    commit(connection: PooledConnection, value: unknown): Promise<unknown>;
    release(connection: PooledConnection, value: unknown): unknown;
    rollback(connection: PooledConnection, error: unknown): Promise<unknown>;
    rollbackTo(connection: PooledConnection, error: unknown): Promise<unknown>;
  }
}

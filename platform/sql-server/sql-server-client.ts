import MssqlClient from 'knex/lib/dialects/mssql/index.js';
import type { Column, PooledConnection, QueryJob } from 'knex/lib/dialects/mssql/index.js';
import MssqlQueryCompiler from 'knex/lib/dialects/mssql/query/mssql-querycompiler.js';
import type { Connection, Request } from 'tedious';
import { toBinding } from './binding.ts';
import { connectFailure } from './connect-failure.ts';
import { LoginRefused } from './login-refused.ts';
import { replaceMarks } from './parameter-marks.ts';
import { RequestQueue } from './request-queue.ts';
import type { Credentials } from './server-login.ts';
import { SqlServerEndpoint } from './sql-server-endpoint.ts';
import { createSqlServerTransaction } from './sql-server-transaction.ts';

/** A client was made without an address; only the recording of migrations does without one. */
export class NoEndpoint extends Error {
  override name = 'NoEndpoint';
}

type Driver = ReturnType<MssqlClient['_driver']>;

const ROW_COUNT = 'row_count';

const queues = new WeakMap<Connection, RequestQueue>();

function queueOf(connection: PooledConnection): RequestQueue {
  const queue = queues.get(connection) ?? new RequestQueue();
  queues.set(connection, queue);
  return queue;
}

const SqlServerTransaction = createSqlServerTransaction(queueOf);

/** knex reads the count of changed rows from a column without a name, which not every server has. */
class SqlServerQueryCompiler extends MssqlQueryCompiler {
  override _returning(method: string, value: unknown, withTrigger?: boolean): string | undefined {
    if (method === 'rowcount') return value ? `;select @@rowcount as [${ROW_COUNT}]` : '';
    return super._returning(method, value, withTrigger);
  }
}

/**
 * knex's SQL Server dialect, made fit for money and load (`docs/adr/0009`):
 * - a queue for each connection, and nothing of a failed transaction reaches the server any more;
 * - TLS with a verified certificate, unless the address says otherwise;
 * - parameters of a few fixed types, see {@link toBinding}; a `?` inside a literal is text, see {@link replaceMarks};
 * - a login that is refused is tried again with other credentials only, and after growing pauses: see `ServerLogin`;
 * - a statement can be cancelled, and a connection that broke is never handed out again.
 */
export class SqlServerClient extends MssqlClient {
  override queryCompiler(builder: unknown, bindings?: unknown): unknown {
    return new SqlServerQueryCompiler(this, builder, bindings);
  }

  override acquireRawConnection(): Promise<PooledConnection> {
    const endpoint = endpointOf(this.connectionSettings);
    return endpoint.login.connect((credentials) => connect(this._driver(), endpoint, credentials));
  }

  override validateConnection(connection: PooledConnection): Promise<boolean> {
    return Promise.resolve(connection.connected === true);
  }

  override destroyRawConnection(connection: PooledConnection): Promise<void> {
    if (connection.connected !== true) {
      connection.close();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      connection.once('end', () => resolve());
      connection.close();
    });
  }

  override positionBindings(sql: string): string {
    return replaceMarks(sql, (index) => `@p${index}`);
  }

  override async _query(connection: PooledConnection, job: QueryJob): Promise<QueryJob> {
    if (job.sql === '') throw new Error('The query is empty');
    job.response = await queueOf(connection).run(
      () => execute(this._driver(), connection, job),
      () => connection.inTransaction,
    );
    return job;
  }

  /** knex would write every row to the stream, however slowly it is read: page by key instead. */
  override _stream(
    _connection: PooledConnection,
    _job: QueryJob,
    stream: { destroy: (error: Error) => unknown },
  ): Promise<never> {
    const error = new Error('Streams have no backpressure here: read page by page, by key.');
    stream.destroy(error);
    return Promise.reject(error);
  }

  override processResponse(job: QueryJob, runner: unknown): unknown {
    const response = job.response ?? [];
    if (job.output !== undefined) return job.output.call(runner, response);
    const rows = response.map(toRow);
    switch (job.method) {
      case 'first':
        return rows[0];
      case 'pluck':
        return rows.map((row) => row[job.pluck ?? '']);
      case 'insert':
      case 'del':
      case 'update':
      case 'counter':
        return job.returning === '@@rowcount' ? Number(rows[0]?.[ROW_COUNT]) : rows;
      default:
        return rows;
    }
  }
}

/** What knex's types do not let a subclass say. */
Object.assign(SqlServerClient.prototype, {
  canCancelQuery: true,
  /** Ends the statement under way; resolves when the server has let go of it. */
  async cancelQuery(connection: PooledConnection) {
    const idle = queueOf(connection).idle();
    connection.cancel();
    await idle;
  },
  transaction(container: unknown, config: unknown, outerTx: unknown) {
    return new SqlServerTransaction(this, container, config, outerTx);
  },
});

function endpointOf(settings: object): SqlServerEndpoint {
  if ('endpoint' in settings && settings.endpoint instanceof SqlServerEndpoint) {
    return settings.endpoint;
  }
  throw new NoEndpoint('No server is named.');
}

function connect(
  { Connection, Request }: Driver,
  endpoint: SqlServerEndpoint,
  credentials: Credentials,
): Promise<PooledConnection> {
  const connection: PooledConnection = new Connection(endpoint.connectionConfig(credentials));
  return new Promise((resolve, reject) => {
    let refusal: { number: number; state: number } | undefined;
    connection.on(
      'errorMessage',
      (token: { number: number; state: number }) => (refusal ??= token),
    );
    const end = (cause: unknown): void => {
      connection.connected = false;
      connection.__knex__disposed ??= cause;
    };
    connection.on('error', end);
    connection.once('end', () => end('The connection to the server has ended.'));
    connection.connect((error) => {
      connection.removeAllListeners('errorMessage');
      if (error) {
        connection.close();
        reject(
          refusal === undefined
            ? connectFailure(error, endpoint.settings)
            : new LoginRefused(error, refusal),
        );
        return;
      }
      connection.connected = true;
      const { lockTimeoutMs } = endpoint.settings;
      if (lockTimeoutMs === undefined) {
        resolve(connection);
        return;
      }
      // A batch, since what a parameterised statement sets ends with that statement.
      connection.execSqlBatch(
        new Request(`set lock_timeout ${Math.floor(lockTimeoutMs)}`, (failure) => {
          if (!failure) {
            resolve(connection);
            return;
          }
          connection.close();
          reject(failure);
        }),
      );
    });
  });
}

function execute(
  { Request, TYPES }: Driver,
  connection: PooledConnection,
  job: QueryJob,
): Promise<Column[][]> {
  return new Promise((resolve, reject) => {
    const rows: Column[][] = [];
    const request: Request = new Request(job.sql, (error) => {
      if (error) reject(error);
      else resolve(rows);
    });
    request.on('row', (columns: Column[]) => rows.push(columns));
    for (const [index, value] of (job.bindings ?? []).entries()) {
      const { type, value: bound, ...size } = toBinding(value);
      request.addParameter(`p${index}`, TYPES[type], bound, size);
    }
    connection.execSql(request);
  });
}

function toRow(columns: readonly Column[]): Record<string, unknown> {
  return Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName, value]));
}

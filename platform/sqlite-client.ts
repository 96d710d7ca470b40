import Sqlite from 'better-sqlite3';
import BetterSqlite3Client from 'knex/lib/dialects/better-sqlite3/index.js';
import type { QueryJob } from 'knex/lib/dialects/better-sqlite3/index.js';
import { makePrivateFile } from './make-private-file.ts';
import { retryPauseMs } from './retry-pause.ts';
import { TransactionAborted } from './transaction-aborted.ts';
import { wait as waitByTimer } from './wait.ts';
import type { Wait } from './wait.ts';

/** How a file is waited for that another connection keeps busy. */
export interface SqliteWaiting {
  /** How long a statement, or the opening, waits in all before it fails; 15,000 if left out. */
  lockTimeoutMs?: number | undefined;
  /** Milliseconds that only ever go on; the machine's if left out. */
  clock?: (() => number) | undefined;
  wait?: Wait | undefined;
}

/** Long enough for any other program's transaction on a laptop. */
export const DEFAULT_LOCK_TIMEOUT_MS = 15_000;
const BUSY_PAUSES = { baseMs: 1, maxMs: 16 };
const MAX_CACHED_STATEMENTS = 300;

const statementsOf = new WeakMap<Sqlite.Database, Map<string, Sqlite.Statement>>();

/**
 * knex's SQLite dialect, made fit for several processes on one file:
 * - write-ahead log, `synchronous = NORMAL`: what is committed survives the death of the process;
 * - every transaction begins IMMEDIATE, so it waits for its lock before it reads and never fails
 *   half-way because another writer came between;
 * - once SQLite has ended a transaction by itself nothing more of that transaction runs;
 * - a busy file is waited for without blocking the event loop. SQLite's own `busy_timeout` sleeps
 *   in the calling thread, which would also stop the very transaction that it waits for when that
 *   belongs to another connection of this process; and where two open a new file at once, it fails
 *   one of them without waiting at all.
 *   A single statement may say otherwise how long, by knex's `queryContext({ lockTimeoutMs })`;
 * - a new file, and what lies beside it, is its owner's alone;
 * - prepared statements are kept.
 */
export class SqliteClient extends BetterSqlite3Client {
  declare connectionSettings: { filename: string; waiting: SqliteWaiting };

  override async acquireRawConnection(): Promise<Sqlite.Database> {
    const { filename, waiting } = this.connectionSettings;
    if (filename !== ':memory:') makePrivateFile(filename);
    const database = new Sqlite(filename, { timeout: 0 });
    try {
      await onceFree(() => {
        database.pragma('journal_mode = WAL');
        database.pragma('synchronous = NORMAL');
        database.pragma('foreign_keys = ON');
      }, waiting);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  }

  override async _query(connection: Sqlite.Database, job: QueryJob): Promise<QueryJob> {
    const { waiting } = this.connectionSettings;
    try {
      return await onceFree(() => execute(connection, job, this._formatBindings(job.bindings)), {
        ...waiting,
        ...job.queryContext,
      });
    } catch (error) {
      if (job.sql.startsWith('COMMIT')) undo(connection);
      throw error;
    }
  }
}

/** Does `work` as soon as no other connection has the file to itself; once the time is over its error stands. */
async function onceFree<Result>(
  work: () => Result,
  {
    lockTimeoutMs = DEFAULT_LOCK_TIMEOUT_MS,
    clock = () => performance.now(),
    wait = waitByTimer,
  }: SqliteWaiting,
): Promise<Result> {
  const deadline = clock() + lockTimeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return work();
    } catch (error) {
      const leftMs = deadline - clock();
      if (!isBusy(error) || leftMs <= 0) throw error;
      await wait(Math.min(leftMs, retryPauseMs(attempt, BUSY_PAUSES, Math.random)));
    }
  }
}

function execute(connection: Sqlite.Database, job: QueryJob, bindings: unknown[]): QueryJob {
  if (hasEnded(connection) && !job.sql.startsWith('BEGIN')) {
    // There is nothing to roll back; anything else would run, and stay, by itself.
    if (job.sql.startsWith('ROLLBACK')) return job;
    throw new TransactionAborted(
      'SQLite has ended this transaction, most likely for want of room.',
    );
  }
  const statement = prepare(connection, job.sql === 'BEGIN;' ? 'BEGIN IMMEDIATE;' : job.sql);
  if (statement.reader) {
    job.response = statement.all(bindings);
    return job;
  }
  const result = statement.run(bindings);
  job.response = result;
  job.context = { lastID: result.lastInsertRowid, changes: result.changes };
  return job;
}

/** Whether knex is in a transaction that SQLite has rolled back by itself, as it does on a full disk. */
function hasEnded(connection: Sqlite.Database): boolean {
  return '__knexTxId' in connection && !connection.inTransaction;
}

/** knex takes a transaction that could not be committed for over; SQLite may keep it open, for another try. */
function undo(connection: Sqlite.Database): void {
  if (connection.inTransaction) connection.exec('ROLLBACK');
}

const CACHEABLE = /^(select|insert|update|delete|with|begin|commit|rollback)\b/i;

/** Statements are kept by their text; anything that may change the schema empties the store. */
function prepare(connection: Sqlite.Database, sql: string): Sqlite.Statement {
  if (sql === '') throw new Error('The query is empty');
  if (!CACHEABLE.test(sql)) {
    statementsOf.delete(connection);
    return connection.prepare(sql);
  }
  const statements = statementsOf.get(connection) ?? new Map<string, Sqlite.Statement>();
  statementsOf.set(connection, statements);
  const known = statements.get(sql);
  if (known !== undefined) return known;
  const statement = connection.prepare(sql);
  if (statements.size >= MAX_CACHED_STATEMENTS) statements.clear();
  statements.set(sql, statement);
  return statement;
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED'))
  );
}

import type { PooledConnection } from 'knex/lib/dialects/mssql/index.js';
import MssqlTransaction from 'knex/lib/dialects/mssql/transaction.js';
import type { RequestQueue } from './request-queue.ts';

/**
 * The connection broke while COMMIT was under way: whether the work is durable is unknown, so it
 * must not simply be done again.
 */
export class CommitOutcomeUnknown extends Error {
  override name = 'CommitOutcomeUnknown';
}

const ISOLATION_LEVELS: Readonly<Record<string, number>> = {
  'read uncommitted': 1,
  'read committed': 2,
  'repeatable read': 3,
  serializable: 4,
  snapshot: 5,
};

/**
 * knex's transaction with begin, commit and rollback in the connection's own queue: a rollback
 * waits for the statement under way instead of giving up on it, and a transaction that the server
 * has ended by itself (XACT_ABORT) never commits.
 */
export function createSqlServerTransaction(
  queueOf: (connection: PooledConnection) => RequestQueue,
): typeof MssqlTransaction {
  return class SqlServerTransaction extends MssqlTransaction {
    override begin(connection: PooledConnection): Promise<unknown> {
      return queueOf(connection).run(() =>
        settled((done) =>
          connection.beginTransaction(
            done,
            undefined,
            ISOLATION_LEVELS[this.isolationLevel?.toLowerCase() ?? ''],
          ),
        ),
      );
    }

    override savepoint(connection: PooledConnection): Promise<unknown> {
      return queueOf(connection).run(
        () => settled((done) => connection.saveTransaction(done, this.txid)),
        () => true,
      );
    }

    override async commit(connection: PooledConnection, value: unknown): Promise<unknown> {
      try {
        await queueOf(connection).run(() => commit(connection));
      } catch (error) {
        // The rollback that knex would begin now is ours to make: nothing may stay open.
        return this.rollback(connection, error);
      }
      return this.release(connection, value);
    }

    override release(_connection: PooledConnection, value: unknown): unknown {
      this._completed = true;
      this._resolver(value);
      return value;
    }

    override async rollback(connection: PooledConnection, error: unknown): Promise<unknown> {
      this._completed = true;
      const queue = queueOf(connection);
      queue.abort(error);
      connection.cancel();
      try {
        await queue.reset(async () => {
          if (!connection.inTransaction) return;
          await settled((done) => connection.rollbackTransaction(done));
        });
      } catch (cause) {
        // Its state is unknown; the server undoes what is open when the connection ends.
        connection.__knex__disposed = cause;
      }
      tellRolledBack(this, error);
      return undefined;
    }

    /** A savepoint cannot outlive the error that XACT_ABORT ended its whole transaction for. */
    override async rollbackTo(connection: PooledConnection, error: unknown): Promise<unknown> {
      this._completed = true;
      try {
        await queueOf(connection).run(() =>
          settled((done) => connection.rollbackTransaction(done, this.txid)),
        );
      } catch (cause) {
        this._rejecter(error ?? cause);
        return undefined;
      }
      tellRolledBack(this, error);
      return undefined;
    }
  };
}

function tellRolledBack(transaction: MssqlTransaction, error: unknown): void {
  if (error === undefined && transaction.doNotRejectOnRollback === true) transaction._resolver();
  else transaction._rejecter(error ?? new Error('The transaction was rolled back.'));
}

async function commit(connection: PooledConnection): Promise<void> {
  if (!connection.inTransaction) {
    throw new Error('The server ended the transaction before it could be committed.');
  }
  try {
    await settled((done) => connection.commitTransaction(done));
  } catch (error) {
    if (connection.connected === true && !isTimeout(error)) throw error;
    throw new CommitOutcomeUnknown('The connection broke during COMMIT.', { cause: error });
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ETIMEOUT';
}

function settled(act: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    act((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

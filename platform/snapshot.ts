import type { Knex } from 'knex';
import { dialectOf } from './database.ts';

/**
 * Reads a database as it is at one moment, however long that takes, while others write and wait for nothing: a SNAPSHOT
 * transaction on SQL Server, a deferred one on SQLite, whose write-ahead log keeps what was. `open` must give a handle that is
 * used for nothing else, with one connection; it is closed at the end. `work` must only read.
 */
export async function inSnapshot<Result>(
  open: () => Knex,
  work: (db: Knex) => Promise<Result>,
): Promise<Result> {
  const db = open();
  try {
    if (dialectOf(db) === 'mssql') {
      return await db.transaction(work, { isolationLevel: 'snapshot' });
    }
    // A transaction of knex would begin IMMEDIATE, and so keep writers away.
    await db.raw('begin deferred');
    // The snapshot is taken by the first read.
    await db.raw('select 1 from sqlite_master limit 1');
    const result = await work(db);
    await db.raw('commit');
    return result;
  } finally {
    await db.destroy();
  }
}

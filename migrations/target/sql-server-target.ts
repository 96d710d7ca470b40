import { databaseErrorKind } from '@ordercast/platform/database-error.ts';
import { retryPauseMs } from '@ordercast/platform/retry-pause.ts';
import type { Wait } from '@ordercast/platform/wait.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { freeKnexLock } from '../history/free-knex-lock.ts';
import {
  APPLIED_TABLE,
  HISTORY_TABLE,
  MIGRATION_LOCK,
  SQL_SERVER_BOOKKEEPING,
} from '../history/history-tables.ts';
import { moveToEnd } from '../history/move-to-end.ts';
import { isMarked, noteRow } from '../history/note.ts';
import type { Note } from '../history/note.ts';
import { readHistory } from '../history/read-history.ts';
import { UNLOCK_BATCH, lockBatch } from '../plan/migration-lock.ts';
import { earlierThan, previousOf } from '../plan/plan-script.ts';
import { sessionSettings } from '../plan/session-settings.ts';
import { stepBatches } from '../plan/step-batches.ts';
import type { Batch } from '../plan/step-batches.ts';
import { applyStatement } from '../schema/apply-statement.ts';
import { expectedSchema } from '../schema/expected-schema.ts';
import { historyDifferences } from '../schema/history-differences.ts';
import { parseStatement } from '../schema/parse-statement.ts';
import { readSqlServerSchema } from '../schema/read-sql-server-schema.ts';
import { readSurroundings } from '../schema/read-surroundings.ts';
import { EMPTY_SCHEMA } from '../schema/schema-model.ts';
import { countRows } from './count-rows.ts';
import { lockTries } from './lock-tries.ts';
import { MigrationLocked, StepFailed } from './migration-target.ts';
import type { LockHolder, MigrationTarget } from './migration-target.ts';

/** Tries of a batch that is a deadlock's victim each time. */
const DEADLOCK_TRIES = 4;
const DEADLOCK_PAUSES = { baseMs: 1_500, maxMs: 12_000 };

const presence = z.tuple([z.object({ id: z.number().nullable() })]);
const freeRow = z.tuple([z.object({ free: z.coerce.number() })]);
const moreRow = z.array(z.object({ more: z.coerce.number() }));
const holderRow = z.object({
  session: z.coerce.string(),
  login: z.string(),
  host: z.string().nullable(),
  program: z.string().nullable(),
  since: z.coerce.date(),
});

/** What the statements that make the bookkeeping make of the history. */
const HISTORY_SCHEMA = SQL_SERVER_BOOKKEEPING.map(parseStatement)
  .filter(({ kind }) => kind === 'create-table')
  .reduce(applyStatement, EMPTY_SCHEMA);

export interface SqlServerTargetOptions {
  /** How long another migration is waited for, and as long again, pauses included, each table. */
  lockTimeoutMs: number;
  wait: Wait;
  /** A number of 0 to 1. */
  random: () => number;
}

/**
 * A SQL Server, through a handle with one connection: the lock belongs to its session. A step runs
 * as the very batches that `plan` prints. Where a lock is not to be had at once, or the step is a
 * deadlock's victim, it is tried again from where it left off.
 */
export function sqlServerTarget(
  db: Knex,
  { lockTimeoutMs, wait, random }: SqlServerTargetOptions,
): MigrationTarget {
  const hasTable = async (name: string): Promise<boolean> => {
    const rows: unknown = await db.raw('select object_id(?, ?) as id', [`dbo.${name}`, 'U']);
    return presence.parse(rows)[0].id !== null;
  };

  const executeOnce = async (sql: string): Promise<unknown> => {
    const tries = lockTries(lockTimeoutMs, random);
    let deadlocks = 0;
    for (let index = 0; ;) {
      const { waitMs, pauseMs } = tries[index] ?? { waitMs: 0, pauseMs: undefined };
      try {
        return await db.raw(asRaw(`${sessionSettings(waitMs)}\n${sql}`));
      } catch (error) {
        const kind = databaseErrorKind(error);
        if (kind === 'lock-timeout' && pauseMs !== undefined) {
          index += 1;
          await wait(pauseMs);
        } else if (kind === 'deadlock' && deadlocks < DEADLOCK_TRIES - 1) {
          deadlocks += 1;
          await wait(retryPauseMs(deadlocks, DEADLOCK_PAUSES, random));
        } else {
          throw error;
        }
      }
    }
  };

  const execute = async ({ sql, repeats }: Batch, onRound: () => void): Promise<void> => {
    for (;;) {
      const answer = await executeOnce(sql);
      onRound();
      if (!repeats || moreRow.parse(answer)[0]?.more !== 1) return;
    }
  };

  return {
    history: () => readHistory(db, hasTable),
    catalogue: () => readSqlServerSchema(db),
    surroundings: async (catalogue) => {
      const { differences, ...others } = await readSurroundings(db);
      const ofHistory = historyDifferences(HISTORY_SCHEMA, catalogue);
      return { ...others, differences: [...differences, ...ofHistory] };
    },
    expectedSchema: (steps) => Promise.resolve(expectedSchema(steps)),
    rowCount: (table, column) => countRows(db, table, column),
    whileLocked: async (work) => {
      try {
        await db.raw(asRaw(lockBatch(lockTimeoutMs)));
      } catch (error) {
        if (databaseErrorKind(error) !== 'other') throw error;
        const holder = await lockHolder(db).catch(() => undefined);
        throw new MigrationLocked(
          { holder: describeHolder(holder), done: 'Nothing was changed.' },
          { cause: error },
        );
      }
      try {
        for (const sql of SQL_SERVER_BOOKKEEPING) await db.raw(asRaw(sql));
        return await work();
      } finally {
        // Where the connection is gone the lock is gone with it.
        await db.raw(asRaw(UNLOCK_BATCH)).catch(() => undefined);
      }
    },
    run: async (step, direction, { all, outOfOrder, onPart }) => {
      const batches = stepBatches(step, {
        direction,
        previous: previousOf(step, all),
        earlier: earlierThan(step, all),
        outOfOrder,
        singleRounds: true,
      });
      const isPart = ({ items }: Batch) => items.length > 0;
      const of = batches.filter(isPart).length;
      let done = 0;
      for (const batch of batches) {
        let rounds = 0;
        try {
          await execute(batch, () => {
            rounds += 1;
            onPart({ done, of, batches: isPart(batch) ? rounds : 0 });
          });
        } catch (error) {
          throw new StepFailed(step, direction, { cause: error, isInParts: !step.transaction });
        }
        if (isPart(batch)) done += 1;
        onPart({ done, of, batches: 0 });
      }
      return true;
    },
    goesOnInParts: true,
    note: (notes) => db.transaction((trx) => writeNotes(trx, notes)),
    unlock: async (options) => {
      const hadKnexLockStuck = await freeKnexLock(db, hasTable, options);
      const rows: unknown = await db.raw(
        "select applock_test('public', ?, 'Exclusive', 'Session') as free",
        [MIGRATION_LOCK],
      );
      const isHeld = freeRow.parse(rows)[0].free === 0;
      const holder = isHeld ? await lockHolder(db).catch(() => undefined) : undefined;
      return { hadKnexLockStuck, isHeld, holder };
    },
    close: () => db.destroy(),
  };
}

/** knex would take question marks for parameters. */
function asRaw(sql: string): string {
  return sql.replaceAll('?', '\\?');
}

async function writeNotes(trx: Knex, notes: readonly Note[]): Promise<void> {
  for (const note of notes) {
    const row = noteRow(note);
    await trx.raw(
      `INSERT INTO dbo.${HISTORY_TABLE} (version, name, direction, checksum, statements_checksum, statements, outcome, items_done, item_cursor, started_at, duration_ms, done_by, done_from) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, SYSUTCDATETIME(), 0, ORIGINAL_LOGIN(), HOST_NAME())`,
      [
        row.version,
        row.name,
        row.direction,
        row.checksum,
        row.statementsChecksum,
        row.statements,
        row.outcome,
        row.itemsDone,
        row.itemCursor,
      ],
    );
    if (isMarked(note)) {
      await trx.raw(
        `INSERT INTO dbo.${APPLIED_TABLE} (name, batch, migration_time) SELECT ?, ISNULL(MAX(batch), 0) + 1, SYSUTCDATETIME() FROM dbo.${APPLIED_TABLE}`,
        [row.name],
      );
    }
    switch (note.kind) {
      case 'return':
      case 'return-in-part':
        await moveToEnd(trx, `dbo.${APPLIED_TABLE}`, isMarked(note) ? note.later : []);
        break;
      case 'rename':
        await trx.raw(`UPDATE dbo.${APPLIED_TABLE} SET name = ? WHERE name = ?`, [
          note.step.name,
          note.formerName,
        ]);
        break;
      case 'forget':
        await trx.raw(`DELETE FROM dbo.${APPLIED_TABLE} WHERE name = ?`, [note.name]);
        break;
      case 'baseline':
      case 'begin-anew':
      case 'forget-parts':
      case 'repair':
    }
  }
}

/** Needs the right to see the server's state; without it nobody can be named. */
async function lockHolder(db: Knex): Promise<LockHolder | undefined> {
  const rows: unknown = await db.raw(
    `SELECT s.session_id AS session, s.login_name AS login, s.host_name AS host, s.program_name AS program, s.login_time AS since
FROM sys.dm_tran_locks AS l JOIN sys.dm_exec_sessions AS s ON s.session_id = l.request_session_id
WHERE l.resource_type = 'APPLICATION' AND l.resource_database_id = DB_ID() AND l.request_status = 'GRANT'
  AND l.resource_description LIKE ?`,
    [`%${MIGRATION_LOCK.slice(0, 32)}%`],
  );
  const [row] = z.array(holderRow).parse(rows);
  if (row === undefined) return undefined;
  return {
    session: row.session,
    login: row.login,
    host: row.host ?? '',
    program: row.program ?? '',
    since: row.since.toISOString(),
  };
}

function describeHolder(holder: LockHolder | undefined): string {
  const who =
    holder === undefined
      ? 'Somebody else'
      : `Session ${holder.session} (${holder.login} from ${holder.host}, since ${holder.since})`;
  return `${who} is migrating this database now.`;
}

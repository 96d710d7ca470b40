import type { Knex } from 'knex';
import { z } from 'zod';
import type { Leadership, Term } from './leadership.ts';

/** How long the server's word that we hold the lock is taken for true. */
const TRUSTED_MS = 500;
/** A term whose session has not answered for this long is over. */
const SILENCE_MS = 5_000;

const takenRow = z.object({ outcome: z.number() });
const modeRow = z.object({ mode: z.string() });

/**
 * Leadership by `sp_getapplock` of SQL Server, owned by a session. The server frees it the moment
 * that session ends, however the process died, so nobody waits for a lease to run out. `session`
 * is a handle with one connection, for this alone; where that connection breaks the lock is lost
 * silently, and therefore the server is asked again and again.
 */
export function createAppLockLeadership(settings: {
  session: Knex;
  /** Name of the lock, at most 255 characters, one for each database. */
  name: string;
  /** Milliseconds that only ever go on. */
  monotonicClock: () => number;
}): Leadership {
  const { session, name, monotonicClock } = settings;
  return {
    acquire: async () => {
      const askedAt = monotonicClock();
      const rows: unknown = await session.raw(
        `declare @outcome int;
exec @outcome = sp_getapplock @Resource = ?, @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 0;
select @outcome as outcome;`,
        [name],
      );
      const [row] = z.array(takenRow).parse(rows);
      return row !== undefined && row.outcome >= 0
        ? createAppLockTerm({ ...settings, askedAt })
        : undefined;
    },
  };
}

function createAppLockTerm(settings: {
  session: Knex;
  name: string;
  monotonicClock: () => number;
  askedAt: number;
}): Term {
  const { session, name, monotonicClock } = settings;
  // When the server was asked, not when it answered: its word may have been long on its way.
  let confirmedAt = settings.askedAt;
  let isOver = false;
  let asking: Promise<void> | undefined;

  const ask = async (): Promise<void> => {
    const askedAt = monotonicClock();
    try {
      const rows: unknown = await session.raw(
        "select applock_mode('public', ?, 'Session') as mode",
        [name],
      );
      const [row] = z.array(modeRow).parse(rows);
      if (row?.mode === 'Exclusive') confirmedAt = askedAt;
      else isOver = true;
    } catch {
      // Whether the session still lives is unknown; the lock is as good as gone.
      isOver = true;
    }
  };

  return {
    isHeld: async () => {
      if (!isOver && monotonicClock() - confirmedAt >= TRUSTED_MS) {
        asking ??= ask().finally(() => (asking = undefined));
        await asking;
      }
      if (monotonicClock() - confirmedAt > SILENCE_MS) isOver = true;
      return !isOver;
    },
    release: async () => {
      isOver = true;
      // It counts how often it was taken. A session that cannot be asked has lost it already.
      await session
        .raw(
          `while applock_mode('public', ?, 'Session') <> 'NoLock'
  exec sp_releaseapplock @Resource = ?, @LockOwner = 'Session';`,
          [name, name],
        )
        .catch(() => undefined);
    },
  };
}

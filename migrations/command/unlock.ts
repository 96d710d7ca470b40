import type { LockHolder } from '../target/migration-target.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';

/**
 * Frees the row lock of knex's own command line, which sticks when that is killed. Our lock belongs
 * to a session and cannot stick; where one holds it, it is named, for whoever may end it.
 */
export async function unlock(
  { target }: CommandContext,
  { dryRun }: { dryRun: boolean },
): Promise<Report> {
  const { hadKnexLockStuck, isHeld, holder } = await target.unlock({ dryRun });
  const knexLock = hadKnexLockStuck
    ? `knex's own lock ${dryRun ? 'has stuck and would be freed' : 'had stuck and is free now'}.`
    : "knex's own lock is free.";
  return {
    exitCode: isHeld ? EXIT.locked : EXIT.done,
    text: `${knexLock}\n${describe(isHeld, holder)}`,
    json: {
      knexLockFreed: hadKnexLockStuck && !dryRun,
      hadKnexLockStuck,
      isHeld,
      holder: holder ?? null,
    },
  };
}

function describe(isHeld: boolean, holder: LockHolder | undefined): string {
  if (!isHeld) return 'Nobody holds the migration lock, which ends with its session by itself.';
  if (holder === undefined) {
    return 'The migration lock is held, and ends with its session. Who holds it is seen by a login with VIEW SERVER STATE.';
  }
  const { session, login, host, program, since } = holder;
  return (
    `The migration lock is held by session ${session} (${login} from ${host}, ${program}, since ${since}). ` +
    `It ends with that session. If nobody works there any more: KILL ${session};`
  );
}

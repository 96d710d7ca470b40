import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';

/**
 * Frees the row lock of knex's own command line, which sticks when that is killed. Our lock belongs
 * to a session and cannot stick; where one holds it, it is named, for whoever may end it.
 */
export async function unlock({ target }: CommandContext): Promise<Report> {
  const { knexLockFreed, holder } = await target.unlock();
  const held =
    holder === undefined
      ? 'Nobody holds the migration lock, which ends with its session by itself.'
      : `The migration lock is held by session ${holder.session} (${holder.login} from ${holder.host}, ${holder.program}, since ${holder.since}). ` +
        `It ends with that session. If nobody works there any more: KILL ${holder.session};`;
  return {
    exitCode: holder === undefined ? EXIT.done : EXIT.locked,
    text: `${knexLockFreed ? "knex's own lock had stuck and is free now." : "knex's own lock is free."}\n${held}`,
    json: { knexLockFreed, holder: holder ?? null },
  };
}

import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';

/** Refuses unless somebody at the terminal types the name of the database; `what` is what that lets happen. */
export async function confirmName(
  { confirm, databaseName }: Pick<CommandContext, 'confirm' | 'databaseName'>,
  what: string,
): Promise<void> {
  const typed = await confirm?.(`Type the name of the database, ${databaseName}, to ${what}: `);
  if (typed === databaseName) return;
  throw new Refused(
    EXIT.refused,
    `Not confirmed: that is not the name of the database, ${databaseName}. Nothing was changed.`,
  );
}

/** Refuses what nobody is there to confirm; `dryRun` is the command that prints its approval. */
export function assertTerminal(
  { confirm }: Pick<CommandContext, 'confirm'>,
  what: string,
  dryRun: string,
): void {
  if (confirm !== undefined) return;
  throw new Refused(
    EXIT.refused,
    `Refused: nobody is at a terminal here who could confirm ${what}. Read "${dryRun}", and give ` +
      'the approval that it prints: --approved <sha256>.',
  );
}

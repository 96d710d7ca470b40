import type { MigrateArguments } from './arguments.ts';
import { commandOf } from './commands.ts';
import { isCommand } from './usage.ts';

/** What stands of a command whose answer is lost, for whoever has its exit code alone. */
export function whatWasDone(
  args: Pick<MigrateArguments, 'command' | 'dryRun'> | undefined,
  hasAnswer: boolean,
): string {
  if (args === undefined || !hasAnswer) return 'It was refused or has failed, as said above.';
  const { command, dryRun } = args;
  const changes = isCommand(command) && commandOf(command).options.includes('dry-run') && !dryRun;
  if (!changes) return 'Nothing was changed: run it again.';
  return `What "${command}" does is done, and stays${SHOWN.includes(command) ? ': "status" shows it' : ''}.`;
}

const SHOWN: readonly string[] = ['up', 'down', 'baseline', 'repair'];

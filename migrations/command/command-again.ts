import type { MigrateArguments } from './arguments.ts';

/** The command that goes on where this one failed: with the options that say which steps it is about. */
export function commandAgain({
  command,
  to,
  outOfOrder,
  approved,
}: Pick<MigrateArguments, 'command' | 'to' | 'outOfOrder' | 'approved'>): string {
  return [
    command,
    ...(outOfOrder ? ['--out-of-order'] : []),
    ...(to === undefined ? [] : [`--to ${to}`]),
    // What is left to undo is no longer what was approved.
    ...(command === 'down' && approved !== undefined ? ['--dry-run'] : []),
  ].join(' ');
}

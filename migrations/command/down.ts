import { StepHasNoDown } from '../plan/step-batches.ts';
import { approvalOf, assertApproved } from './approval.ts';
import type { CommandContext } from './command-context.ts';
import { assertTerminal, confirmName } from './confirm-name.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';
import type { Report } from './report.ts';
import { runSteps } from './run-steps.ts';
import type { RanStep } from './run-steps.ts';
import { stepsToUndo } from './select-steps.ts';
import type { Undoing } from './select-steps.ts';
import { whatGoes } from './what-goes.ts';

interface DownOptions {
  to: string | undefined;
  approved: string | undefined;
}

/**
 * Undoes what was applied after `to` (`--to 0`: everything), or what was applied last, in the
 * opposite order. It tells what goes, and wants either the approval that the dry run printed, or
 * somebody at a terminal who types the name of the database.
 */
export async function down(
  context: CommandContext,
  { to, approved }: DownOptions,
): Promise<Report> {
  if (to === undefined && approved === undefined) {
    throw new Refused(
      EXIT.usage,
      'down needs --to <version>: all that was applied after that step is undone; or --approved ' +
        '<sha256>, which "down --dry-run" prints: what was applied last is undone.',
    );
  }
  const { target, progress } = context;
  const wanted = await undoingOf(context, to);
  const isNothing = wanted.steps.length === 0;
  if (approved !== undefined) assertApproved(wanted.steps, 'down', { to, approved });
  else if (!isNothing) assertTerminal(context, 'what goes', `down --to ${to ?? '0'} --dry-run`);
  const goes = await whatGoes(context, wanted);
  if (isNothing) return report([], goes);
  for (const line of goes) progress(line);
  if (approved === undefined) await confirmName(context, 'undo this');
  const approval = approved ?? approvalOf(wanted.steps, 'down');
  const ran = await target.whileLocked(async () => {
    // Whoever held the lock before may have undone some of it, or applied more.
    const { steps } = await undoingOf(context, to);
    if (steps.length > 0) assertApproved(steps, 'down', { to, approved: approval });
    return runSteps(steps, 'down', { ...context, outOfOrder: false });
  });
  return report(ran, ['Nothing to undo.']);
}

/** What would be undone. Refuses what cannot be, before anything is. */
export async function undoingOf(
  { steps, target }: Pick<CommandContext, 'steps' | 'target'>,
  to: string | undefined,
): Promise<Undoing> {
  const undoing = stepsToUndo(steps, await target.history(), to);
  const stuck = undoing.steps.find((step) => step.down === undefined);
  if (stuck !== undefined) throw new Refused(EXIT.refused, new StepHasNoDown(stuck).message);
  return undoing;
}

function report(ran: readonly RanStep[], otherwise: readonly string[]): Report {
  return {
    exitCode: EXIT.done,
    text:
      ran.length === 0
        ? otherwise.join('\n')
        : `Undone ${ran.length}: ${ran.map(({ name }) => name).join(', ')}`,
    json: { undone: ran },
  };
}

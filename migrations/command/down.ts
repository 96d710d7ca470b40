import { StepHasNoDown } from '../plan/step-batches.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';
import type { Report } from './report.ts';
import { runSteps } from './run-steps.ts';
import { stepsToUndo } from './select-steps.ts';

/** Undoes the last step, or all after `to`; `--to 0` undoes everything. */
export async function down(
  context: CommandContext,
  { to }: { to: string | undefined },
): Promise<Report> {
  const { steps, target } = context;
  const wanted = async () => {
    const undone = stepsToUndo(steps, await target.history(), to);
    const stuck = undone.find((step) => step.down === undefined);
    if (stuck !== undefined) throw new Refused(EXIT.refused, new StepHasNoDown(stuck).message);
    return undone;
  };
  // Refuses before anything is undone.
  await wanted();
  const ran = await target.whileLocked(async () =>
    runSteps(await wanted(), 'down', { ...context, outOfOrder: false }),
  );
  return {
    exitCode: EXIT.done,
    text:
      ran.length === 0
        ? 'Nothing to undo.'
        : `Undone ${ran.length}: ${ran.map(({ name }) => name).join(', ')}`,
    json: { undone: ran },
  };
}

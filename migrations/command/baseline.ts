import { copyOf } from '../history/copy-of.ts';
import { isApplied, stepStates } from '../history/step-state.ts';
import { describeDifference } from '../schema/compare-schemas.ts';
import type { StepState } from '../history/step-state.ts';
import type { Step } from '../step/step.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';
import type { Report } from './report.ts';
import { assertKnown } from './assert-states.ts';
import { versionOf } from './select-steps.ts';
import { driftOf } from './verify.ts';

/**
 * Takes a database whose schema was made by other means into the history: marks the steps up to
 * `to` as applied and runs none. Refuses where the schema is not what they would have made.
 */
export async function baseline(
  { steps, target }: CommandContext,
  { to, dryRun }: { to: string; dryRun: boolean },
): Promise<Report> {
  const last = versionOf(to, steps);
  const unmarked = async () => {
    const states = stepStates(steps, await target.history());
    assertKnown(states);
    const upTo = states.filter(({ version }) => version <= last);
    const { differences } = await driftOf(
      target,
      upTo.flatMap(({ step }) => step ?? []),
      await target.catalogue(),
    );
    if (differences.length > 0) {
      throw new Refused(
        EXIT.drift,
        `Refused: the schema is not the one of ${last}, so marking it as such would be a lie:\n` +
          differences.map((one) => `  ${describeDifference(one)}`).join('\n'),
      );
    }
    const missing = upTo.filter((state) => !isApplied(state)).flatMap(({ step }) => step ?? []);
    assertNoCopies(missing, states);
    return missing;
  };
  const marked = dryRun
    ? await unmarked()
    : await target.whileLocked(async () => {
        const missing = await unmarked();
        await target.note(missing.map((step) => ({ step, kind: 'baseline' })));
        return missing;
      });
  const names = marked.map(({ name }) => name).join(', ');
  return {
    exitCode: EXIT.done,
    text:
      marked.length === 0
        ? 'Nothing to mark: all of it is in the history.'
        : `${dryRun ? 'Would mark' : 'Marked'} as applied, without running: ${names}`,
    json: { dryRun, marked: marked.map(({ version, name }) => ({ version, name })) },
  };
}

/** What an applied step has made is not to be undone with another as well. */
function assertNoCopies(missing: readonly Step[], states: readonly StepState[]): void {
  const applied = states.filter(isApplied);
  for (const step of missing) {
    const copy = copyOf(step, applied);
    if (copy === undefined) continue;
    throw new Refused(
      EXIT.refused,
      `Refused: ${step.name} does the same as ${copy.name}, which is applied under another version. Delete the file ${step.name}.`,
    );
  }
}

import { forgottenInPart } from '../history/forgotten-in-part.ts';
import { partsBegun } from '../history/goes-on.ts';
import { isSameFile } from '../history/likeness.ts';
import { progressOf } from '../history/progress.ts';
import { wayOf } from '../history/refusals.ts';
import { stepStates } from '../history/step-state.ts';
import type { History, StepState } from '../history/step-state.ts';
import { recordedItems } from '../step/statements-text.ts';
import type { Step } from '../step/step.ts';
import type { MigrationTarget } from '../target/migration-target.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';
import { stepsToApply } from './select-steps.ts';
import { standingSchema } from './standing-schema.ts';
import { partsOf } from './standing-steps.ts';

/** What `up` has to do on this database, see {@link stepsToApply}; refuses, too, what is done in part already. */
export async function pendingSteps(
  { steps, target }: Pick<CommandContext, 'steps' | 'target'>,
  history: History,
  wish: { to: string | undefined; outOfOrder: boolean },
): Promise<Step[]> {
  const wanted = stepsToApply(steps, history, wish);
  await assertNotDoneInPart(wanted, { steps, target, history });
  return wanted;
}

/**
 * Refuses a step that would do again what another had done in part when it was forgotten, as one does whose
 * file comes back under a new version; unless the schema shows that nothing of that stands.
 */
export async function assertNotDoneInPart(
  wanted: readonly Step[],
  { steps, target, history }: { steps: readonly Step[]; target: MigrationTarget; history: History },
): Promise<void> {
  const forgotten = forgottenInPart(steps, history);
  for (const step of wanted) {
    const state = forgotten.find(({ last }) => repeats(step, last));
    const standing = state && partsOf(state);
    if (state === undefined || standing === undefined) continue;
    const states = [...stepStates(steps, history), state].toSorted((a, b) =>
      a.version < b.version ? -1 : 1,
    );
    const database = await standingSchema(target, states, [{ state, standing }]);
    const { touched } = await database.differencesWith(standing);
    const left = await database.differencesWithout(standing, touched);
    const tells = touched.size > 0 || !target.goesOnInParts;
    if (tells && left.length === 0) continue;
    throw new Refused(EXIT.refused, refusalText(step, state, tells ? left : []));
  }
}

/** Whether a step begins with what an attempt has done already, whatever follows. */
function repeats(step: Step, attempt: StepState['last']): boolean {
  if (attempt === undefined) return false;
  if (isSameFile(step, attempt)) return true;
  const was = attempt.statements === null ? undefined : recordedItems(attempt.statements);
  const is = recordedItems(step.statements);
  if (was === undefined || is === undefined) return false;
  const begun = attempt.direction === 'down' ? was.up.length : partsBegun(attempt);
  return (
    begun > 0 && JSON.stringify(is.up.slice(0, begun)) === JSON.stringify(was.up.slice(0, begun))
  );
}

function refusalText(step: Step, state: StepState, left: readonly string[]): string {
  const { name, version, last } = state;
  const found =
    left.length > 0
      ? ['By the schema it stands:', ...left.map((one) => `  ${one}`)]
      : ['They changed rows alone, so the schema does not tell whether that stands.'];
  return [
    `Refused: ${step.name} does again what ${name} had ${wayOf(last?.direction)} in part (${progressOf(state)}) when it was forgotten.`,
    ...found,
    `To go on behind those parts, give the file its old name back, ${name}, and run "repair".`,
    ...(left.length > 0
      ? ['To run it anew, remove by hand what they made, and "up" begins with the first part.']
      : []),
    `To run all of it all the same, forget those parts, too: "repair --forget ${version}".`,
  ].join('\n');
}

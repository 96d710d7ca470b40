import { isApplied, stepStates } from '../history/step-state.ts';
import { compareSchemas, describeDifference } from '../schema/compare-schemas.ts';
import type { Comparison } from '../schema/compare-schemas.ts';
import type { Step } from '../step/step.ts';
import type { MigrationTarget } from '../target/migration-target.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';
import { assertKnown } from './select-steps.ts';

/** Whether what is applied is what stands here, and the live schema what its steps make. */
export async function verify({ steps, target }: CommandContext): Promise<Report> {
  const states = stepStates(steps, await target.history());
  assertKnown(states);
  const unsound = states.filter(({ status }) => UNSOUND.has(status));
  const applied = states.filter(isApplied).flatMap(({ step }) => step ?? []);
  const comparison = await driftOf(target, applied);
  const lines = [
    ...unsound.map(({ name, status }) => `${name}: ${UNSOUND.get(status)}`),
    ...comparison.differences.map((one) => `drift: ${describeDifference(one)}`),
    ...comparison.notCompared.map((one) => `not compared: ${one}`),
  ];
  const isSound = unsound.length === 0 && comparison.differences.length === 0;
  const summary = isSound
    ? `Sound: ${applied.length} of ${steps.length} steps are applied, and the schema is theirs.`
    : `Not sound: ${unsound.length} steps and ${comparison.differences.length} differences. "repair" accepts an edited step; drift is put right by hand or by a new step.`;
  return {
    exitCode: isSound ? EXIT.done : EXIT.drift,
    text: [...lines, summary].join('\n'),
    json: {
      sound: isSound,
      steps: unsound.map(({ version, name, status }) => ({ version, name, status })),
      differences: comparison.differences.map((one) => ({
        ...one,
        description: describeDifference(one),
      })),
      notCompared: comparison.notCompared,
    },
  };
}

const UNSOUND: ReadonlyMap<string, string> = new Map([
  ['changed', 'was edited after it had been applied'],
  ['unrecorded', 'was applied by knex itself: what it was then is not known ("repair" notes it)'],
  ['half-applied', 'is applied in part ("up" finishes it)'],
  ['half-undone', 'is undone in part ("down" finishes it)'],
]);

/** How the live schema differs from the one that these steps make. */
export async function driftOf(
  target: MigrationTarget,
  applied: readonly Step[],
): Promise<Comparison> {
  return compareSchemas(await target.expectedSchema(applied), await target.schema());
}

import { stepFindings } from '../history/describe-state.ts';
import type { StepFinding } from '../history/describe-state.ts';
import { isApplied, isPending, stepStates, stepsOutOfOrder } from '../history/step-state.ts';
import type { StepState } from '../history/step-state.ts';
import { compareSchemas, describeDifference } from '../schema/compare-schemas.ts';
import type { Comparison, Difference } from '../schema/compare-schemas.ts';
import type { Step } from '../step/step.ts';
import type { MigrationTarget } from '../target/migration-target.ts';
import { assertNotNewer } from './assert-states.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';

/**
 * Whether what is applied is what stands here, and the live schema what its steps make. Steps that
 * are pending are told, and no fault unless `pendingFails`.
 */
export async function verify(
  { steps, target }: CommandContext,
  { pendingFails }: { pendingFails: boolean },
): Promise<Report> {
  const states = stepStates(steps, await target.history());
  assertNotNewer(states);
  const findings = stepFindings(states);
  const unsound = findings.filter(({ isUnsound }) => isUnsound);
  const applied = states.filter(isApplied).flatMap(({ step }) => step ?? []);
  const pending = states.filter(isPending);
  const drift = await driftOf(target, applied);
  const surroundings = await target.surroundings();
  const differences = [...drift.differences, ...surroundings.differences];
  const isSound = unsound.length === 0 && differences.length === 0;
  const isBehind = pendingFails && pending.length > 0;
  const lines = [
    ...(applied.length === 0 ? [NOTHING_APPLIED] : []),
    ...findings.flatMap(findingLines),
    ...drift.differences.map((one) => `drift: ${describeDifference(one)}`),
    ...surroundings.differences.map(describeDifference),
    ...surroundings.told.map((one) => `note: ${one}`),
    ...drift.notCompared.map((one) => `not compared: ${one}`),
    ...pendingLines(states),
    summary({ isSound, unsound, differences, states }),
  ];
  return {
    exitCode: isSound && !isBehind ? EXIT.done : EXIT.drift,
    text: lines.join('\n'),
    json: {
      sound: isSound,
      steps: findings.map(({ state, text, difference, isUnsound }) => ({
        version: state.version,
        name: state.name,
        status: state.status,
        description: text,
        difference,
        unsound: isUnsound,
      })),
      applied: applied.length,
      pending: pending.map(({ version, name }) => ({ version, name })),
      differences: differences.map((one) => ({ ...one, description: describeDifference(one) })),
      notCompared: drift.notCompared,
      notes: surroundings.told,
    },
  };
}

const NOTHING_APPLIED =
  'Nothing is applied here: no step is in the history of this database. Is it the right one?';

function findingLines({ state, text, difference }: StepFinding): string[] {
  return [`${state.name}: ${text}`, ...difference.map((line) => `    ${line}`)];
}

function pendingLines(states: readonly StepState[]): string[] {
  const late = stepsOutOfOrder(states).map(({ name }) => name);
  return states
    .filter(isPending)
    .map(
      ({ name }) =>
        `pending: ${name}${late.includes(name) ? ', before steps that are applied ("up --out-of-order")' : ''}`,
    );
}

function summary({
  isSound,
  unsound,
  differences,
  states,
}: {
  isSound: boolean;
  unsound: readonly StepFinding[];
  differences: readonly Difference[];
  states: readonly StepState[];
}): string {
  const applied = states.filter(isApplied).length;
  const pending = states.filter(isPending).length;
  const counts = `${applied} of ${applied + pending} steps are applied, ${pending} are pending`;
  if (isSound && applied === 0) return `Not one step is applied: ${pending} are pending.`;
  if (isSound) return `Sound: ${counts}, and the schema is that of the applied ones.`;
  return (
    `Not sound: ${unsound.length} steps and ${differences.length} differences; ${counts}. ` +
    '"repair" accepts an edited step; drift is put right by hand or by a new step.'
  );
}

/** How the live schema differs from the one that these steps make. */
export async function driftOf(
  target: MigrationTarget,
  applied: readonly Step[],
): Promise<Comparison> {
  return compareSchemas(await target.expectedSchema(applied), await target.schema());
}

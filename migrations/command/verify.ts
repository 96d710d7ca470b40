import { upCommand } from '../history/command-to-go-on.ts';
import { stepFindings } from '../history/describe-state.ts';
import type { StepFinding } from '../history/describe-state.ts';
import { isForgotten, stepStates, stepsOutOfOrder } from '../history/step-state.ts';
import type { StepState, StepStatus } from '../history/step-state.ts';
import { compareSchemas, describeDifference } from '../schema/compare-schemas.ts';
import type { Comparison, Difference } from '../schema/compare-schemas.ts';
import type { SchemaModel } from '../schema/schema-model.ts';
import { withoutBookkeeping } from '../schema/without-bookkeeping.ts';
import type { Step } from '../step/step.ts';
import type { MigrationTarget } from '../target/migration-target.ts';
import { assertNotNewer } from './assert-states.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';
import { standingSteps } from './standing-steps.ts';
import { stepCounts } from './step-counts.ts';

/**
 * Whether what is applied is what stands here, and the live schema what its steps make. Steps that
 * are pending are told, and no fault unless `pendingFails`; so is what could not be looked at, unless
 * `unreadFails`.
 */
export async function verify(
  { steps, target }: CommandContext,
  { pendingFails, unreadFails }: { pendingFails: boolean; unreadFails: boolean },
): Promise<Report> {
  const states = stepStates(steps, await target.history());
  assertNotNewer(states);
  const findings = stepFindings(states);
  const unsound = findings.filter(({ isUnsound }) => isUnsound);
  const standing = standingSteps(states, target).map((one) => one.standing);
  const pending = states.filter(({ status }) => status === 'pending');
  const counts = stepCounts(states);
  const catalogue = await target.catalogue();
  const drift = await driftOf(target, standing, catalogue);
  const surroundings = await target.surroundings(catalogue);
  const differences = [...drift.differences, ...surroundings.differences];
  const notCompared = [
    ...drift.differences.filter(isNotCompared).map(describeDifference),
    ...drift.notCompared,
  ];
  const unread = [...surroundings.unread, ...notCompared];
  const isBehind = pendingFails && pending.length > 0;
  const isBlind = unreadFails && unread.length > 0;
  const reasons: Reason[] = [
    ...(unsound.length > 0 ? (['steps'] as const) : []),
    ...(differences.length > 0 ? (['differences'] as const) : []),
    ...(isBehind ? (['pending'] as const) : []),
    ...(isBlind ? (['unread'] as const) : []),
  ];
  const lines = [
    ...(standing.length === 0 ? [NOTHING_APPLIED] : []),
    ...findings.flatMap(findingLines),
    ...drift.differences.map(driftLine),
    ...surroundings.differences.map(describeDifference),
    ...[...surroundings.unread, ...surroundings.told].map((one) => `note: ${one}`),
    ...drift.notCompared.map((one) => `not compared: ${one}`),
    ...pendingLines(states),
    summary({ reasons, unsound, differences, states, isWhole: unread.length === 0 }),
  ];
  return {
    exitCode: reasons.length === 0 ? EXIT.done : EXIT.drift,
    text: lines.join('\n'),
    json: {
      sound: reasons.length === 0,
      reasons,
      steps: findings.map(({ state, text, difference, isUnsound }) => ({
        version: state.version,
        name: state.name,
        status: state.status,
        description: text,
        difference,
        unsound: isUnsound,
      })),
      applied: counts.applied,
      pending: pending.map(({ version, name }) => ({ version, name })),
      differences: differences.map((one) => ({ ...one, description: describeDifference(one) })),
      notCompared,
      unread,
      notes: [...surroundings.unread, ...surroundings.told],
    },
  };
}

/** Why it is not sound: each alone makes exit code 3. */
type Reason = 'steps' | 'differences' | 'pending' | 'unread';

/** What `repair` can do something about; of the others their own lines say what helps. */
const ACCEPTED_BY_REPAIR: readonly StepStatus[] = ['changed', 'renamed', 'unrecorded'];

const NOTHING_APPLIED =
  'Nothing is applied here: no step is in the history of this database. Is it the right one?';

function findingLines({ state, text, difference }: StepFinding): string[] {
  return [`${state.name}: ${text}`, ...difference.map((line) => `    ${line}`)];
}

function isNotCompared({ kind }: Difference): boolean {
  return kind === 'not-compared';
}

function driftLine(one: Difference): string {
  return `${isNotCompared(one) ? 'not compared' : 'drift'}: ${describeDifference(one)}`;
}

/** What is pending and nothing else; of one that was begun more is told. */
function pendingLines(states: readonly StepState[]): string[] {
  const late = stepsOutOfOrder(states).map(({ name }) => name);
  return states
    .filter(({ status }) => status === 'pending')
    .map(
      ({ name }) =>
        `pending: ${name}${late.includes(name) ? ', before steps that are applied ("up --out-of-order")' : ''}`,
    );
}

function summary({
  reasons,
  unsound,
  differences,
  states,
  isWhole,
}: {
  reasons: readonly Reason[];
  unsound: readonly StepFinding[];
  differences: readonly Difference[];
  states: readonly StepState[];
  /** Whether everything could be compared. */
  isWhole: boolean;
}): string {
  const { all, applied, pending, others } = stepCounts(states);
  const counts = `${applied} of ${counted(all, 'step')} applied, ${pending} pending${others}`;
  if (reasons.length === 0) {
    return applied === 0
      ? `Not one step is applied: ${pending} pending.`
      : `Sound: ${counts}, and the schema is that of the applied ones${isWhole ? '' : ', but for what was not compared'}.`;
  }
  const why = [
    ...(reasons.includes('pending') ? ['pending steps, which --pending-fails counts'] : []),
    ...(reasons.includes('unread')
      ? ['what could not be looked at, which --unread-fails counts']
      : []),
    ...(unsound.length > 0 || differences.length > 0
      ? [`${counted(unsound.length, 'step')} and ${counted(differences.length, 'difference')}`]
      : []),
  ].join(', and ');
  const ways = [
    ...(reasons.includes('pending') ? [`"${upCommand(states)}" applies what is pending.`] : []),
    ...(unsound.some(({ state }) => ACCEPTED_BY_REPAIR.includes(state.status))
      ? ['"repair" accepts an edited step.']
      : []),
    ...(unsound.some(({ state }) => isForgotten(state))
      ? ['"repair" takes in again what was forgotten.']
      : []),
    ...(reasons.includes('differences') ? ['Drift is put right by hand or by a new step.'] : []),
  ];
  return [`Not sound: ${why}; ${counts}.`, ...ways].join(' ');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** How the live schema differs from the one that these steps make. */
export async function driftOf(
  target: Pick<MigrationTarget, 'expectedSchema'>,
  applied: readonly Step[],
  catalogue: SchemaModel,
): Promise<Comparison> {
  return compareSchemas(await target.expectedSchema(applied), withoutBookkeeping(catalogue));
}

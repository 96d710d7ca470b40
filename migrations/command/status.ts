import { textTable } from '@ordercast/platform/text-table.ts';
import { stepFindings } from '../history/describe-state.ts';
import { progressOf } from '../history/progress.ts';
import { stepStates, stepsOutOfOrder } from '../history/step-state.ts';
import type { StepState, StepStatus } from '../history/step-state.ts';
import type { HistoryRow } from '../history/history-row.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';
import { stepCounts } from './step-counts.ts';

/** What is applied, what is pending, what was edited, failed or was interrupted. */
export async function status({ steps, target }: CommandContext): Promise<Report> {
  const states = stepStates(steps, await target.history());
  const { all, pending, others } = stepCounts(states);
  const late = stepsOutOfOrder(states).map(({ name }) => name);
  const findings = stepFindings(states).map(({ state, text }) => `${state.name} ${text}.`);
  const lines = states.map((state) => [
    state.version,
    purposeOf(state.name),
    `${describe(state)}${late.includes(state.name) ? ', out of order' : ''}`,
    ...whenAndWhoTexts(state),
  ]);
  return {
    exitCode: EXIT.done,
    text: `${textTable([['version', 'step', 'status', 'when', 'took', 'who'], ...lines])}\n\n${[...findings, `${pending} pending${others} of ${all}.`].join('\n')}`,
    json: {
      steps: states.map((state) => ({
        version: state.version,
        name: state.name,
        status: state.status,
        formerName: state.formerName ?? null,
        outOfOrder: late.includes(state.name),
        checksum: state.step?.checksum ?? null,
        ...whenAndWho(state),
        itemsDone: state.last?.itemsDone ?? 0,
        error: state.last?.error ?? null,
      })),
      pending,
    },
  };
}

function describe(state: StepState): string {
  const { status: one } = state;
  return IN_PART.includes(one) ? `${one} (${progressOf(state)})` : one;
}

/** Of what the status says: of the application of what is applied, of the attempt that ended half-way. */
function whenAndWho(state: StepState) {
  const row = shownRow(state);
  return {
    at: row === undefined ? null : new Date(row.startedAt).toISOString(),
    durationMs: row?.durationMs ?? null,
    by: row?.by ?? null,
    from: row?.from ?? null,
  };
}

function shownRow({ status: one, last, application }: StepState): HistoryRow | undefined {
  return ATTEMPTED.includes(one) ? last : application;
}

const IN_PART: readonly StepStatus[] = ['half-applied', 'half-undone', 'half-forgotten'];
const ATTEMPTED: readonly StepStatus[] = ['failed', 'interrupted', ...IN_PART];

function whenAndWhoTexts(state: StepState): string[] {
  const { at, durationMs, by, from } = whenAndWho(state);
  return [
    at ?? '',
    durationMs === null ? '' : `${durationMs} ms`,
    [by, from].filter((part) => part !== null).join(' from '),
  ];
}

function purposeOf(name: string): string {
  return name
    .replace(/^\d+_/, '')
    .replace(/\.\w+$/, '')
    .replaceAll('_', ' ');
}

import { textTable } from '@ordercast/platform/text-table.ts';
import { stepFindings } from '../history/describe-state.ts';
import { isPending, progressOf, stepStates, stepsOutOfOrder } from '../history/step-state.ts';
import type { StepState } from '../history/step-state.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';

/** What is applied, what is pending, what was edited, failed or was interrupted. */
export async function status({ steps, target }: CommandContext): Promise<Report> {
  const states = stepStates(steps, await target.history());
  const pending = states.filter(isPending).length;
  const late = stepsOutOfOrder(states).map(({ name }) => name);
  const findings = stepFindings(states).map(({ state, text }) => `${state.name} ${text}.`);
  const lines = states.map((state) => [
    state.version,
    purposeOf(state.name),
    `${describe(state)}${late.includes(state.name) ? ', out of order' : ''}`,
    ...whenAndWho(state),
  ]);
  return {
    exitCode: EXIT.done,
    text: `${textTable([['version', 'step', 'status', 'when', 'took', 'who'], ...lines])}\n\n${[...findings, `${pending} pending of ${states.length}.`].join('\n')}`,
    json: {
      steps: states.map(({ version, name, status: one, last, step, formerName }) => ({
        version,
        name,
        status: one,
        formerName: formerName ?? null,
        outOfOrder: late.includes(name),
        checksum: step?.checksum ?? null,
        at: last === undefined ? null : new Date(last.startedAt).toISOString(),
        durationMs: last?.durationMs ?? null,
        by: last?.by ?? null,
        from: last?.from ?? null,
        itemsDone: last?.itemsDone ?? 0,
        error: last?.error ?? null,
      })),
      pending,
    },
  };
}

function describe(state: StepState): string {
  const { status: one } = state;
  return one === 'half-applied' || one === 'half-undone' ? `${one} (${progressOf(state)})` : one;
}

function whenAndWho({ last }: StepState): string[] {
  if (last === undefined) return ['', '', ''];
  return [
    new Date(last.startedAt).toISOString(),
    last.durationMs === null ? '' : `${last.durationMs} ms`,
    [last.by, last.from].filter((part) => part !== null).join(' from '),
  ];
}

function purposeOf(name: string): string {
  return name
    .replace(/^\d+_/, '')
    .replace(/\.\w+$/, '')
    .replaceAll('_', ' ');
}

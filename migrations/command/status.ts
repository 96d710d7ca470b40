import { textTable } from '@ordercast/platform/text-table.ts';
import { progressOf, stepStates } from '../history/step-state.ts';
import type { StepState } from '../history/step-state.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';

/** What is applied, what is pending, what was edited, failed or was interrupted. */
export async function status({ steps, target }: CommandContext): Promise<Report> {
  const states = stepStates(steps, await target.history());
  const pending = states.filter(({ status: one }) => PENDING.includes(one)).length;
  const lines = states.map((state) => [
    state.version,
    purposeOf(state.name),
    describe(state),
    ...whenAndWho(state),
  ]);
  return {
    exitCode: EXIT.done,
    text: `${textTable([['version', 'step', 'status', 'when', 'took', 'who'], ...lines])}\n\n${pending} pending of ${states.length}.`,
    json: {
      steps: states.map(({ version, name, status: one, last, step }) => ({
        version,
        name,
        status: one,
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

const PENDING: readonly string[] = ['pending', 'failed', 'interrupted', 'half-applied'];

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

import type { RecordedItem } from '../step/recorded-item.ts';
import type { Direction, Step } from '../step/step.ts';
import { UNLOCK_BATCH } from './migration-lock.ts';
import { costLine } from './plan-costs.ts';
import type { ItemCost } from './plan-costs.ts';
import type { Begun } from './history-checks.ts';
import { scriptOpening } from './script-opening.ts';
import { commentLine } from './script-text.ts';
import { stepBatches } from './step-batches.ts';
import type { Batch, ScriptBatch } from './step-batches.ts';

export interface PlanSettings {
  direction: Direction;
  /** How long another migration, and each table, is waited for. */
  lockTimeoutMs: number;
  /** Undefined where there is nothing to do, and so to approve. */
  approval: string | undefined;
  /** The only database on which the script runs; undefined: any. */
  database: string | undefined;
  /** Whether a step may be done where a later one is already; not if left out. */
  outOfOrder?: boolean;
  /** The attempts that it goes on with though their steps were edited since; none if left out. */
  begun?: Begun;
  /** What each statement asks of the server, where a server was asked. */
  costs?: ReadonlyMap<RecordedItem, ItemCost>;
}

/**
 * The steps as one script for sqlcmd or SSMS, in ASCII. It may be run again: what is done is passed
 * over, and after a failure nothing that follows is done. `all` are the steps of the folder, for
 * the order and for what must be applied as it is.
 */
export function planScript(
  steps: readonly Step[],
  all: readonly Step[],
  settings: PlanSettings,
): string {
  const { direction, costs, outOfOrder = false } = settings;
  const batches: (ScriptBatch & Partial<Pick<Batch, 'items'>>)[] = [
    ...scriptOpening(steps, all, settings),
    ...steps.flatMap((step) =>
      stepBatches(step, {
        direction,
        previous: previousOf(step, all),
        earlier: earlierThan(step, all),
        outOfOrder,
        singleRounds: false,
      }),
    ),
    { title: 'The next one may begin', sql: UNLOCK_BATCH },
  ];
  return [
    header(steps, settings).map(commentLine).join('\n'),
    ...batches.map(({ title, sql, items = [] }) => {
      const asked = items.flatMap((item) => costs?.get(item) ?? []).map(costLine);
      return [...[title, ...asked].map(commentLine), sql, 'GO'].join('\n');
    }),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The line that tells what `--approved` takes. */
export function approvalLines(approval: string | undefined): string[] {
  return approval === undefined ? [] : [`Approval: ${approval}`];
}

/** How many steps of the folder come before this one. */
export function earlierThan({ version }: Step, all: readonly Step[]): number {
  return all.filter((other) => other.version < version).length;
}

function header(
  steps: readonly Step[],
  { direction, approval, database, outOfOrder = false }: PlanSettings,
): readonly string[] {
  const isPlain = database !== undefined && /^[\w-]+$/.test(database);
  return [
    `Ordercast, ${direction}: ${steps.length === 0 ? 'nothing to do' : steps.map(({ name }) => name).join(', ')}`,
    ...approvalLines(approval),
    ...(outOfOrder ? ['Out of order: a step is run even where a later one is applied.'] : []),
    database === undefined
      ? 'BOUND TO NO DATABASE: it runs in whichever the window is on. plan --database <name> binds it.'
      : `For the database ${database} alone: it refuses any other.`,
    `Run it with: sqlcmd -S <server> -d ${isPlain ? database : '<database>'} -b -I -x -i <this file>`,
    '(-b: stop at the first error, -I: quoted identifiers, -x: replace no variables), or as it is in SSMS.',
  ];
}

/** The step that must be applied before this one; undefined: none. */
export function previousOf(step: Step, all: readonly Step[]): Step | undefined {
  return all[all.findIndex(({ version }) => version === step.version) - 1];
}

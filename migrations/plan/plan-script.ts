import type { Direction, Step } from '../step/step.ts';
import { UNLOCK_BATCH } from './migration-lock.ts';
import { scriptOpening } from './script-opening.ts';
import { commentLine } from './script-text.ts';
import { stepBatches } from './step-batches.ts';
import type { ScriptBatch } from './step-batches.ts';

export interface PlanSettings {
  direction: Direction;
  /** How long another migration, and each table, is waited for. */
  lockTimeoutMs: number;
  approval: string;
  /** The only database on which the script runs; undefined: any. */
  database: string | undefined;
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
  const { direction } = settings;
  const batches: ScriptBatch[] = [
    ...scriptOpening(all, settings),
    ...steps.flatMap((step) =>
      stepBatches(step, {
        direction,
        previous: previousOf(step, all, direction),
        singleRounds: false,
      }),
    ),
    { title: 'The next one may begin', sql: UNLOCK_BATCH },
  ];
  return [
    header(steps, settings).map(commentLine).join('\n'),
    ...batches.map(({ title, sql }) => `${commentLine(title)}\n${sql}\nGO`),
  ]
    .join('\n\n')
    .concat('\n');
}

function header(
  steps: readonly Step[],
  { direction, approval, database }: PlanSettings,
): readonly string[] {
  const isPlain = database !== undefined && /^[\w-]+$/.test(database);
  return [
    `Ordercast, ${direction}: ${steps.length === 0 ? 'nothing to do' : steps.map(({ name }) => name).join(', ')}`,
    `Approval: ${approval}`,
    database === undefined
      ? 'BOUND TO NO DATABASE: it runs in whichever the window is on. plan --database <name> binds it.'
      : `For the database ${database} alone: it refuses any other.`,
    `Run it with: sqlcmd -S <server> -d ${isPlain ? database : '<database>'} -b -I -x -i <this file>`,
    '(-b: stop at the first error, -I: quoted identifiers, -x: replace no variables), or as it is in SSMS.',
  ];
}

/** The step that must be done before this one; undefined: none. */
export function previousOf(
  step: Step,
  all: readonly Step[],
  direction: Direction,
): Step | undefined {
  const index = all.findIndex(({ version }) => version === step.version);
  return direction === 'up' ? all[index - 1] : all[index + 1];
}

import type { Step } from '../step/step.ts';

/** A row of `migration_history`. Instants are epoch milliseconds. */
export interface HistoryRow {
  id: number;
  version: string;
  name: string;
  direction: 'up' | 'down' | 'baseline' | 'repair';
  checksum: string | null;
  outcome: 'started' | 'done' | 'failed';
  itemsDone: number;
  /** The key up to which a backfill has come; null outside of one. */
  itemCursor: string | null;
  startedAt: number;
  durationMs: number | null;
  by: string | null;
  from: string | null;
  error: string | null;
}

/** What a database remembers of its steps. */
export interface History {
  /** Names in `knex_migrations`: what is applied, however it was, in the order in which it was. */
  appliedNames: readonly string[];
  /** Oldest first. */
  rows: readonly HistoryRow[];
}

export type StepStatus =
  | 'applied'
  /** Applied, and its file, or what it would do, is another since. */
  | 'changed'
  /** Applied by knex itself: nobody noted what it was. */
  | 'unrecorded'
  | 'pending'
  /** The last attempt failed, and left nothing. */
  | 'failed'
  /** An attempt began and did not end; it left nothing, or its process still runs. */
  | 'interrupted'
  /** Some of its parts are done, others not. `up` goes on with it. */
  | 'half-applied'
  /** Some of its parts are undone, others not. `down` goes on with it. */
  | 'half-undone'
  /** Applied by a newer version of Ordercast: there is no such file here. */
  | 'unknown';

export interface StepState {
  version: string;
  name: string;
  status: StepStatus;
  /** Undefined for an unknown step. */
  step: Step | undefined;
  /** The last attempt, of whatever outcome. */
  last: HistoryRow | undefined;
}

/** The state of every step, of the folder and of the database, in their order. */
export function stepStates(steps: readonly Step[], history: History): StepState[] {
  const names = new Set(steps.map(({ name }) => name));
  const known = steps.map((step): StepState => {
    const rows = history.rows.filter(({ version }) => version === step.version);
    return {
      version: step.version,
      name: step.name,
      status: statusOf(step, history.appliedNames.includes(step.name), rows),
      step,
      last: rows.at(-1),
    };
  });
  const unknown = history.appliedNames
    .filter((name) => !names.has(name))
    .map((name): StepState => {
      const rows = history.rows.filter((row) => row.name === name);
      return {
        version: name.slice(0, 14),
        name,
        status: 'unknown',
        step: undefined,
        last: rows.at(-1),
      };
    });
  return [...known, ...unknown].sort((a, b) => (a.version < b.version ? -1 : 1));
}

function statusOf(step: Step, isApplied: boolean, rows: readonly HistoryRow[]): StepStatus {
  const last = rows.at(-1);
  if (isApplied) {
    if (last?.direction === 'down' && isInPart(last)) return 'half-undone';
    const noted = rows.findLast(
      ({ direction, outcome }) => direction !== 'down' && outcome === 'done',
    );
    if (noted?.checksum == null) return 'unrecorded';
    return noted.checksum === step.checksum ? 'applied' : 'changed';
  }
  if (last === undefined || last.outcome === 'done') return 'pending';
  if (isInPart(last)) return 'half-applied';
  return last.outcome === 'failed' ? 'failed' : 'interrupted';
}

/** Whether an attempt came to its end for some of its parts, or for some rows of its first, and no further. */
function isInPart({ outcome, itemsDone, itemCursor }: HistoryRow): boolean {
  return outcome !== 'done' && (itemsDone > 0 || itemCursor !== null);
}

/** How far an attempt in parts came, of how many: `1 of 3 parts, and rows up to 42`. */
export function progressOf({ step, last }: StepState): string {
  const of = step?.[last?.direction === 'down' ? 'down' : 'up']?.length ?? '?';
  const rows = last?.itemCursor == null ? '' : `, and rows up to ${last.itemCursor}`;
  return `${last?.itemsDone ?? 0} of ${of} parts${rows}`;
}

/** Names of the applied steps that this version does not have: the database is a newer one's. */
export function unknownSteps(states: readonly StepState[]): string[] {
  return states.filter(({ status }) => status === 'unknown').map(({ name }) => name);
}

const APPLIED: readonly StepStatus[] = ['applied', 'changed', 'unrecorded', 'half-undone'];

/** Whether the step has been run, whatever has become of its file since. */
export function isApplied({ status }: StepState): boolean {
  return APPLIED.includes(status);
}

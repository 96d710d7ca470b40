import type { Step } from '../step/step.ts';
import type { HistoryRow } from './history-row.ts';
import { isSameFile, likenessOf } from './likeness.ts';
import type { Likeness } from './likeness.ts';
import { rowsBeforeForgetting } from './forgetting.ts';
import { isInPart } from './progress.ts';

/** What a database remembers of its steps. */
export interface History {
  /** Names in `knex_migrations`: what is applied, however it was, in the order in which it was. */
  appliedNames: readonly string[];
  /** Oldest first. */
  rows: readonly HistoryRow[];
}

export type StepStatus =
  | 'applied'
  /** Applied, and its file is another since. */
  | 'changed'
  /** Applied, and the same file comes to other T-SQL since, as after an upgrade of knex. */
  | 'recompiled'
  /** Applied under another name. */
  | 'renamed'
  /** Applied by knex itself: nobody noted what it was. */
  | 'unrecorded'
  | 'pending'
  /** Applied, then forgotten while its file was gone; the file is here again. `repair` takes it in. */
  | 'forgotten'
  /** Applied or undone in part, then forgotten while its file was gone; the file is here again. */
  | 'half-forgotten'
  /** The last attempt failed, and left nothing. */
  | 'failed'
  /** An attempt began and did not end; it left nothing, or its process still runs. */
  | 'interrupted'
  /** Some of its parts are done, others not. `up` goes on with it. */
  | 'half-applied'
  /** Some of its parts are undone, others not, whatever has become of its file since. `down` goes on with it. */
  | 'half-undone'
  /** Applied, and its file is gone, though newer ones are here. */
  | 'deleted'
  /** Applied, its file is not here, and every step here is older: a newer version of Ordercast may have it. */
  | 'unknown';

export interface StepState {
  version: string;
  name: string;
  status: StepStatus;
  /** Undefined where there is no such file here. */
  step: Step | undefined;
  /** The last attempt, of whatever outcome; of what was forgotten in part the one that came so far. */
  last: HistoryRow | undefined;
  /** What it was when it was applied; of what was forgotten, before that. */
  noted: HistoryRow | undefined;
  /** The run, or the `baseline`, that made it applied; undefined where nobody noted one, or it is not applied. */
  application: HistoryRow | undefined;
  /** The name under which it was applied, where that is another. */
  formerName: string | undefined;
}

/** The state of every step, of the folder and of the database, in their order. */
export function stepStates(steps: readonly Step[], history: History): StepState[] {
  const former = formerNames(steps, history);
  const known = steps.map((step): StepState => {
    const formerName = former.get(step.name);
    const rows = history.rows.filter(
      ({ version, name }) => version === step.version || name === formerName,
    );
    const isApplied = history.appliedNames.includes(step.name);
    const status = statusOf(step, { isApplied, isRenamed: formerName !== undefined }, rows);
    return {
      version: step.version,
      name: step.name,
      status,
      step,
      ...attemptAndNoted(status, rows),
      application: isApplied || formerName !== undefined ? applicationOf(rows, history) : undefined,
      formerName,
    };
  });
  const claimed = [...former.values()];
  const strangers = strangersOf(steps, history)
    .filter((name) => !claimed.includes(name))
    .map((name) => strangerState(name, steps, history));
  return [...known, ...strangers, ...halfDoneStrangers(steps, history)].sort((a, b) =>
    a.version < b.version ? -1 : 1,
  );
}

function attemptAndNoted(
  status: StepStatus,
  rows: readonly HistoryRow[],
): Pick<StepState, 'last' | 'noted'> {
  const before = rowsBeforeForgetting(rows) ?? [];
  if (status === 'half-forgotten') return { last: before.at(-1), noted: before.at(-1) };
  return { last: rows.at(-1), noted: notedOf(status === 'forgotten' ? before : rows) };
}

function strangerState(name: string, steps: readonly Step[], history: History): StepState {
  const version = name.slice(0, 14);
  const rows = history.rows.filter((row) => row.version === version);
  const gone = steps.some((step) => step.version >= version) ? 'deleted' : 'unknown';
  return {
    version,
    name,
    status: isUndoneInPart(rows) ? 'half-undone' : gone,
    step: undefined,
    last: rows.at(-1),
    noted: notedOf(rows),
    application: applicationOf(rows, history),
    formerName: undefined,
  };
}

/** Steps that are not in the list of what is applied, of which some parts are done or undone, and whose file is gone or has another version. */
function halfDoneStrangers(steps: readonly Step[], history: History): StepState[] {
  const own = new Set(steps.map(({ version }) => version));
  return [...Map.groupBy(history.rows, ({ version }) => version)].flatMap(([version, rows]) => {
    const last = rows.at(-1);
    if (own.has(version) || last === undefined) return [];
    if (!isInPart(last)) return [];
    if (history.appliedNames.includes(last.name)) return [];
    const none = { step: undefined, formerName: undefined, application: undefined };
    const status = last.direction === 'down' ? 'half-undone' : 'half-applied';
    return [{ ...none, version, name: last.name, status, last, noted: last }];
  });
}

/** Applied names of which there is no file. */
function strangersOf(steps: readonly Step[], { appliedNames }: History): string[] {
  const names = new Set(steps.map(({ name }) => name));
  return appliedNames.filter((name) => !names.has(name));
}

/**
 * By a step's name the one under which it was applied: of its version, or of its very text. What is undone in
 * part has its version for good: the attempt that goes on is found by that.
 */
function formerNames(steps: readonly Step[], history: History): Map<string, string> {
  const strangers = new Set(strangersOf(steps, history));
  const found = new Map<string, string>();
  const isOf = [
    (step: Step, name: string) => name.startsWith(`${step.version}_`),
    (step: Step, name: string) => {
      const rows = history.rows.filter((row) => row.name === name);
      const noted = notedOf(rows);
      return noted !== undefined && !isUndoneInPart(rows) && isSameFile(step, noted);
    },
  ];
  for (const matches of isOf) {
    for (const step of steps) {
      if (history.appliedNames.includes(step.name) || found.has(step.name)) continue;
      const name = [...strangers].find((one) => matches(step, one));
      if (name === undefined) continue;
      found.set(step.name, name);
      strangers.delete(name);
    }
  }
  return found;
}

/** The row that says what is applied. */
function notedOf(rows: readonly HistoryRow[]): HistoryRow | undefined {
  return rows.findLast(({ direction, outcome }) => direction !== 'down' && outcome === 'done');
}

/**
 * The run or the `baseline` behind what is applied, among a step's rows. One that was given another
 * version has it under the old one: it is found by what the repair noted of it.
 */
function applicationOf(rows: readonly HistoryRow[], history: History): HistoryRow | undefined {
  const isApplication = ({ direction, outcome }: HistoryRow) =>
    (direction === 'up' || direction === 'baseline') && outcome === 'done';
  const noted = notedOf(rows);
  return (
    rows.findLast(isApplication) ??
    history.rows.findLast(
      (row) => isApplication(row) && row.checksum !== null && row.checksum === noted?.checksum,
    )
  );
}

const APPLIED_AS: Readonly<Record<Likeness, StepStatus>> = {
  same: 'applied',
  recompiled: 'recompiled',
  'text-edited': 'changed',
  edited: 'changed',
  unrecorded: 'unrecorded',
};

function statusOf(
  step: Step,
  { isApplied, isRenamed }: { isApplied: boolean; isRenamed: boolean },
  rows: readonly HistoryRow[],
): StepStatus {
  if ((isApplied || isRenamed) && isUndoneInPart(rows)) return 'half-undone';
  if (isRenamed) return 'renamed';
  if (isApplied) return APPLIED_AS[likenessOf(step, notedOf(rows))];
  const last = rows.at(-1);
  if (last !== undefined && isInPart(last)) return 'half-applied';
  const before = rowsBeforeForgetting(rows);
  if (before !== undefined) {
    const stood = before.at(-1);
    return stood !== undefined && isInPart(stood) ? 'half-forgotten' : 'forgotten';
  }
  if (last === undefined || last.outcome === 'done') return 'pending';
  return last.outcome === 'failed' ? 'failed' : 'interrupted';
}

/** Of a step that is applied: whether its last attempt has undone some of its parts. */
function isUndoneInPart(rows: readonly HistoryRow[]): boolean {
  const last = rows.at(-1);
  return last?.direction === 'down' && isInPart(last);
}

/** Whether a step is applied and newer than all of this version: the database may be a newer one's. */
export function isUnknown({ status }: StepState): boolean {
  return status === 'unknown';
}

const APPLIED: readonly StepStatus[] = [
  'applied',
  'changed',
  'recompiled',
  'renamed',
  'unrecorded',
  'half-undone',
];

/** Whether the step has been run, whatever has become of its file since. */
export function isApplied({ status }: StepState): boolean {
  return APPLIED.includes(status);
}

/** Whether the step has a file and is still to be run, or to be finished. */
export function isPending(state: StepState): boolean {
  return state.step !== undefined && !isApplied(state) && !isForgotten(state);
}

/** Whether the step was forgotten and its file is here again: nothing runs it until that is settled. */
export function isForgotten({ status }: StepState): boolean {
  return status === 'forgotten' || status === 'half-forgotten';
}

/** Whether some of the step is done, or undone, and it has no file here to go on with. */
export function isLost({ step, status }: StepState): boolean {
  return step === undefined && (status === 'half-applied' || status === 'half-undone');
}

/** Whether what the database remembers of the step can be forgotten, since it has no file here. */
export function isForgettable(state: StepState): boolean {
  const isGone = state.status === 'deleted' || state.status === 'unknown';
  return isGone || isLost(state) || isForgottenInPart(state);
}

/** Whether the step was forgotten half-way and has no file here: that its parts may stand is what is left of it. */
export function isForgottenInPart({ step, status }: StepState): boolean {
  return step === undefined && status === 'half-forgotten';
}

/** Steps that are not applied, though later ones are. */
export function stepsOutOfOrder(states: readonly StepState[]): Step[] {
  return states
    .filter((state) => isPending(state) && isBeforeApplied(state, states))
    .flatMap(({ step }) => step ?? []);
}

/** Whether a step of a later version is applied. */
export function isBeforeApplied(
  { version }: Pick<StepState, 'version'>,
  states: readonly StepState[],
): boolean {
  return states.some(
    (other) => (isApplied(other) || other.status === 'deleted') && other.version > version,
  );
}

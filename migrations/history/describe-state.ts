import { likenessOf } from './likeness.ts';
import { statementDifference } from './statement-difference.ts';
import { stepsOutOfOrder } from './step-state.ts';
import type { StepState } from './step-state.ts';

/** What is to be known of a step whose record and file are not the same. */
export interface StepFinding {
  state: StepState;
  /** What has become of it, and what to do. */
  text: string;
  /** Lines of T-SQL that went and came, where both are known. */
  difference: readonly string[];
  /** Whether the database is not what its history says; the others are told alone. */
  isUnsound: boolean;
}

/** What `verify` says of each step that is not simply applied or pending. */
export function stepFindings(states: readonly StepState[]): StepFinding[] {
  const late = stepsOutOfOrder(states).map(({ name }) => name);
  return states.flatMap((state) => {
    const text = textOf(state, late.includes(state.name));
    if (text === undefined) return [];
    const difference = differenceOf(state);
    return [{ state, text, difference, isUnsound: state.status !== 'recompiled' }];
  });
}

function textOf(state: StepState, isLate: boolean): string | undefined {
  const late = isLate ? ' --out-of-order' : '';
  switch (state.status) {
    case 'changed':
      return changedText(state);
    case 'recompiled':
      return 'comes to other T-SQL than when it was applied, though its file is the same: knex, or what the file calls, has changed ("repair" notes it; nothing is held up)';
    case 'renamed':
      return renamedText(state);
    case 'forgotten':
      return 'was applied and then forgotten, and its file is here again ("repair" takes it in again if what it made is in the database)';
    case 'deleted':
      return `is applied, and its file is gone (put it back, or forget it with "repair --forget ${state.version}")`;
    case 'unknown':
      return `is applied, its file is not here, and every step here is older (use the newer version that has it, or, if its file is gone for good, forget it with "repair --forget ${state.version}")`;
    case 'unrecorded':
      return 'is applied, and the history does not tell what it was then: knex applied it itself, or the history was lost ("repair" notes it as it stands here now)';
    case 'half-applied':
      return state.step === undefined
        ? `is applied in part, and its file is not here (put it back under this name, or forget it with "repair --forget ${state.version}")`
        : `is applied in part ("up${late}" finishes it)`;
    case 'failed':
      return `has failed, and left nothing ("up${late}" tries it again${state.last?.error == null ? '' : `; status --json has the error`})`;
    case 'interrupted':
      return `was interrupted and left nothing, or still runs ("up${late}" begins it anew)`;
    case 'half-undone':
      return 'is undone in part ("down" finishes it)';
    default:
      return undefined;
  }
}

function renamedText(state: StepState): string {
  const { step, noted, formerName } = state;
  const renamed = `was applied as ${formerName} ("repair" notes the new name)`;
  const likeness = step === undefined ? 'same' : likenessOf(step, noted);
  if (likeness !== 'edited' && likeness !== 'text-edited') return renamed;
  return `${renamed}, and ${changedText(state)}`;
}

function changedText({ step, noted }: StepState): string {
  const edited = 'was edited after it had been applied';
  const likeness = step === undefined ? 'edited' : likenessOf(step, noted);
  if (likeness === 'text-edited') return `${edited} (its text alone: the T-SQL is the same)`;
  return noted?.statements == null
    ? `${edited} (its file or its T-SQL: the history of then kept them as one)`
    : `${edited}, and its T-SQL is other`;
}

function differenceOf({ step, noted }: StepState): readonly string[] {
  if (step === undefined) return [];
  return statementDifference(noted?.statements ?? null, step.statements) ?? [];
}

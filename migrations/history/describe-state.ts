import { likenessOf } from './likeness.ts';
import { statementDifference } from './statement-difference.ts';
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
  return states.flatMap((state) => {
    const text = textOf(state);
    if (text === undefined) return [];
    const difference = differenceOf(state);
    return [{ state, text, difference, isUnsound: state.status !== 'recompiled' }];
  });
}

function textOf(state: StepState): string | undefined {
  switch (state.status) {
    case 'changed':
      return changedText(state);
    case 'recompiled':
      return 'comes to other T-SQL than when it was applied, though its file is the same: knex, or what the file calls, has changed ("repair" notes it; nothing is held up)';
    case 'renamed':
      return `was applied as ${state.formerName} ("repair" notes the new name)`;
    case 'deleted':
      return 'is applied, and its file is gone (put it back, or forget it with "repair --forget")';
    case 'unrecorded':
      return 'was applied by knex itself: what it was then is not known ("repair" notes it)';
    case 'half-applied':
      return state.step === undefined
        ? 'is applied in part, and its file is not here (put it back under this name)'
        : 'is applied in part ("up" finishes it)';
    case 'failed':
      return `has failed, and left nothing ("up" tries it again${state.last?.error == null ? '' : `; status --json has the error`})`;
    case 'interrupted':
      return 'was interrupted and left nothing, or still runs ("up" begins it anew)';
    case 'half-undone':
      return 'is undone in part ("down" finishes it)';
    default:
      return undefined;
  }
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

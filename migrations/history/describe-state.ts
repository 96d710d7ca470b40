import { upCommand } from './command-to-go-on.ts';
import { goesOn } from './goes-on.ts';
import { isEdited, likenessOf } from './likeness.ts';
import { progressOf } from './progress.ts';
import { FINISH_DOWN, wayOf } from './refusals.ts';
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
    const text = textOf(state, upCommand(states, state));
    if (text === undefined) return [];
    const difference = differenceOf(state);
    return [{ state, text, difference, isUnsound: state.status !== 'recompiled' }];
  });
}

function textOf(state: StepState, up: string): string | undefined {
  switch (state.status) {
    case 'changed':
      return changedText(state);
    case 'recompiled':
      return 'comes to other T-SQL than when it was applied, though its file is the same: knex, or what the file calls, has changed ("repair" notes it; nothing is held up)';
    case 'renamed':
      return renamedText(state);
    case 'forgotten':
      return `was applied and then forgotten, and its file is here again${forgottenEdit(state)} ("repair" takes it in again if what it made is in the database)`;
    case 'half-forgotten':
      return `was ${wayOf(state.last?.direction)} in part (${progressOf(state)}) and then forgotten, and its file is here again${forgottenEdit(state)} ("repair" takes it in again as far as it is in the database)`;
    case 'deleted':
      return `is applied, and its file is gone (put it back, or forget it with "repair --forget ${state.version}")`;
    case 'unknown':
      return `is applied, its file is not here, and every step here is older (use the newer version that has it, or, if its file is gone for good, forget it with "repair --forget ${state.version}")`;
    case 'unrecorded':
      return 'is applied, and the history does not tell what it was then: knex applied it itself, or the history was lost ("repair" notes it as it stands here now)';
    case 'half-applied':
      return state.step === undefined
        ? `is applied in part, and its file is not here (put it back under this name, or forget it with "repair --forget ${state.version}")`
        : halfAppliedText(state, up);
    case 'failed':
      return `has failed, and left nothing ("${up}" tries it again${state.last?.error == null ? '' : `; status --json has the error`})`;
    case 'interrupted':
      return `was interrupted and left nothing, or still runs ("${up}" begins it anew)`;
    case 'half-undone':
      return halfUndoneText(state);
    default:
      return undefined;
  }
}

function halfAppliedText({ step, last, version }: StepState, up: string): string {
  const likeness = step === undefined ? 'same' : likenessOf(step, last);
  if (likeness === 'same') return `is applied in part ("${up}" finishes it)`;
  if (step !== undefined && goesOn(step, last)) {
    return `is applied in part, and was edited since, but for what is done ("${up}" finishes it as it stands here now)`;
  }
  return likeness === 'recompiled'
    ? `is applied in part, and comes to other T-SQL since ("${up}" of the release that began it finishes it)`
    : `is applied in part, and was edited since (take the edit of what is done back, and "${up}" finishes it; or ${giveUp(version)})`;
}

function halfUndoneText(state: StepState): string {
  const { step, last, version, formerName } = state;
  const undone = `is undone in part, ${progressOf(state)}`;
  if (step === undefined) {
    return `${undone}, and its file is not here (put it back under this name: then ${FINISH_DOWN}; or, if it is gone for good, forget it with "repair --forget ${version}")`;
  }
  if (formerName !== undefined) {
    const named = halfUndoneText({ ...state, formerName: undefined });
    return `was applied as ${formerName} ("repair" notes the new name), and ${named}`;
  }
  const likeness = likenessOf(step, last);
  if (likeness === 'same') return `${undone} (${FINISH_DOWN})`;
  if (goesOn(step, last)) {
    return `${undone}, and was edited since, but for what is done (${FINISH_DOWN}, as it stands here now)`;
  }
  return likeness === 'recompiled'
    ? `${undone}, and comes to other T-SQL since (use the release that began it: there ${FINISH_DOWN})`
    : `${undone}, and was edited since (take the edit back: then ${FINISH_DOWN}; or ${giveUp(version)})`;
}

/** Takes what is done of a step out of the history; what it made stays. */
function giveUp(version: string): string {
  return `give it up: take its file away, forget it with "repair --forget ${version}", and remove by hand what is left of it`;
}

function forgottenEdit({ step, noted }: StepState): string {
  if (step === undefined || !isEdited(step, noted)) return '';
  const ofText = likenessOf(step, noted) === 'text-edited';
  return `, edited since${ofText ? ' (its text alone: the T-SQL is the same)' : ', and its T-SQL is other'}`;
}

function renamedText(state: StepState): string {
  const { step, noted, formerName } = state;
  const renamed = `was applied as ${formerName} ("repair" notes the new name)`;
  if (step === undefined || !isEdited(step, noted)) return renamed;
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

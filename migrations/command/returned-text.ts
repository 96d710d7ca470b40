import { upCommand } from '../history/command-to-go-on.ts';
import type { Note } from '../history/note.ts';
import { progressOf } from '../history/progress.ts';
import { FINISH_DOWN, wayOf } from '../history/refusals.ts';
import type { StepState } from '../history/step-state.ts';
import type { RefusedReturn } from './returned-steps.ts';

/** Why a step is not taken in again, and what to do. */
export function refusedLines(refused: RefusedReturn): string[] {
  const { step, state } = refused;
  const parts = `${progressOf(state)} had been ${wayOf(state.last?.direction)}`;
  switch (refused.reason) {
    case 'copy': {
      const { name, isSameText } = refused.copy;
      return [
        `Not taken in again, since ${name} does the same under another version and is what is applied: ${step.name}.`,
        isSameText
          ? `  Delete one of the two files: ${step.name}, and that is all; or ${name}, and "repair" notes ${step.name} as its name.`
          : `  Delete the file ${step.name}.`,
      ];
    }
    case 'clash':
      return [
        `Not taken in again, since ${refused.clashes.join(', ')} is applied and makes some of the same: ${step.name}.`,
        `  Delete the file ${step.name}.`,
      ];
    case 'edited':
      return [
        `Not taken in again, since it was edited, or comes to other T-SQL, since ${parts}: ${step.name}.`,
        refused.tells
          ? '  Take the edit back and repair again, and it goes on from there; or remove by hand what those parts made and repair again, and it begins anew.'
          : `  Take the edit back and repair again, and it goes on from there; or, for all of it to be run anew, take its file away, forget its parts, too, with "repair --forget ${step.version}", and put it back.`,
      ];
    case 'schema':
      return [
        `Not taken in again, since the schema is not as it leaves it: ${step.name}.`,
        ...refused.differences.map((one) => `  ${one}`),
        refused.isOfEdit
          ? '  It was edited since it was applied, and on SQLite it is compared as it stands here: take the edit back and repair again.'
          : '  Put that right by hand and repair again; or, for it to be run anew, give its file a version of its own.',
      ];
    case 'parts':
      return [
        refused.goesOn
          ? `Not taken in again, since the schema is neither as it was when ${parts}, nor as before it: ${step.name}.`
          : `Not taken in again, since some of it stands, though on SQLite a step is one transaction and cannot go on in part: ${step.name}.`,
        ...refused.differences.map((one) => `  ${one}`),
        refused.goesOn
          ? '  Put that right by hand and repair again, and it goes on from there; or remove by hand what those parts made and repair again, and it begins anew.'
          : '  Remove that by hand and repair again, and it begins anew.',
      ];
  }
}

/** The same for machines. */
export function refusedJson(refused: RefusedReturn) {
  return {
    name: refused.step.name,
    reason: refused.reason,
    differences: 'differences' in refused ? refused.differences : [],
    others:
      refused.reason === 'copy'
        ? [refused.copy.name]
        : refused.reason === 'clash'
          ? refused.clashes
          : [],
  };
}

/** Of a step that had been begun when it was forgotten. */
type Started = Extract<Note, { kind: 'return-in-part' | 'begin-anew' }>;

export function isStarted(note: Note): note is Started {
  return note.kind === 'return-in-part' || note.kind === 'begin-anew';
}

/** What becomes of steps that had been begun, and the command that goes on with each. */
export function startedLines(
  started: readonly Started[],
  states: readonly StepState[],
  dryRun: boolean,
): string[] {
  return started.map((note) => {
    const { name } = note.step;
    if (note.kind === 'begin-anew') {
      return `${dryRun ? 'Would begin' : 'Begins'} anew with "${upCommand(states, note.step)}", since nothing is left of what its parts made: ${name}.`;
    }
    const { step, attempt } = note;
    const goesOn =
      attempt.direction === 'down'
        ? FINISH_DOWN
        : `"${upCommand(states, step)}" goes on behind them`;
    return `${dryRun ? 'Would be taken' : 'Taken'} in again as ${wayOf(attempt.direction)} in part, ${progressOf({ step, last: attempt })}, since that is what is here: ${name}; ${goesOn}.`;
  });
}

export function startedJson(started: readonly Started[]) {
  const named = ({ step: { version, name } }: Started) => ({ version, name });
  return {
    returnedInPart: started.flatMap((note) =>
      note.kind === 'return-in-part'
        ? [{ ...named(note), inPart: progressOf({ step: note.step, last: note.attempt }) }]
        : [],
    ),
    begunAnew: started.filter(({ kind }) => kind === 'begin-anew').map(named),
  };
}

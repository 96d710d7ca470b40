import type { Step } from '../step/step.ts';
import type { HistoryRow } from './history-row.ts';
import type { StepState } from './step-state.ts';

/** What a history notes of a step's file and its T-SQL. */
type Content = Pick<HistoryRow, 'checksum' | 'statementsChecksum' | 'statements'>;

/** A note of what is so, without anything being done to the schema. */
export type Note =
  /** It is applied, by other means. */
  | { kind: 'baseline'; step: Step }
  /** What was applied is what stands here now. */
  | { kind: 'repair'; step: Step }
  /**
   * Its file has another name. What was applied stays noted as it was, so an edit is still seen; so does how
   * far it is undone, where it is that in part by `attempt`.
   */
  | {
      kind: 'rename';
      step: Step;
      formerName: string;
      noted: HistoryRow | undefined;
      attempt: HistoryRow | undefined;
    }
  /**
   * It was forgotten, and its file and what it made are here. `noted` is what was applied, so an edit is
   * still seen. `later` was applied after it, oldest first.
   */
  | { kind: 'return'; step: Step; noted: HistoryRow | undefined; later: readonly string[] }
  /** It was forgotten in part, and its file and what its parts made are here: it goes on where the attempt ended. */
  | { kind: 'return-in-part'; step: Step; attempt: HistoryRow; later: readonly string[] }
  /** It was forgotten in part, and nothing of that is here any more: it is pending. */
  | { kind: 'begin-anew'; step: Step }
  /** Its file is gone for good. */
  | { kind: 'forget'; version: string; name: string }
  /** It was forgotten in part, and that what its parts did may stand is forgotten, too. */
  | { kind: 'forget-parts'; version: string; name: string; attempt: HistoryRow };

/** The row of history that a note leaves. */
export type NoteRow = Content &
  Pick<HistoryRow, 'version' | 'name' | 'direction' | 'outcome' | 'itemsDone' | 'itemCursor'>;

export function noteRow(note: Note): NoteRow {
  const { version, name } = 'step' in note ? note.step : note;
  const carriedOn = attemptGoingOn(note);
  if (carriedOn !== undefined) {
    const { direction, itemsDone, itemCursor, ...attempt } = carriedOn;
    const progress = { direction, outcome: 'failed', itemsDone, itemCursor } as const;
    return { version, name, ...progress, ...contentOf(attempt) };
  }
  return {
    version,
    name,
    direction: note.kind === 'baseline' ? 'baseline' : 'repair',
    outcome: 'done',
    itemsDone: 0,
    itemCursor: null,
    ...contentOf(noted(note)),
  };
}

/** The attempt at which a step stays. */
function attemptGoingOn(note: Note): HistoryRow | undefined {
  return note.kind === 'return-in-part' || note.kind === 'rename' ? note.attempt : undefined;
}

function noted(note: Note): Content {
  switch (note.kind) {
    case 'forget':
      return NOTHING;
    case 'return-in-part':
    case 'forget-parts':
      return note.attempt;
    case 'rename':
      return note.noted ?? NOTHING;
    case 'return':
      return note.noted ?? note.step;
    default:
      return note.step;
  }
}

function contentOf({ checksum, statementsChecksum, statements }: Content): Content {
  return { checksum, statementsChecksum, statements };
}

const NOTHING: Content = { checksum: null, statementsChecksum: null, statements: null };

/** Whether a note leaves the step in the list of those that are applied: what is undone in part is in it. */
export function isMarked(note: Note): boolean {
  if (note.kind === 'return-in-part') return note.attempt.direction === 'down';
  return note.kind === 'baseline' || note.kind === 'return';
}

/** The notes of the new names of steps that were renamed. */
export function renamesOf(states: readonly StepState[]): Note[] {
  return states.flatMap(({ status, step, formerName, noted: before, last }): Note[] => {
    if (step === undefined || formerName === undefined) return [];
    const attempt = status === 'half-undone' ? last : undefined;
    return [{ kind: 'rename', step, formerName, noted: before, attempt }];
  });
}

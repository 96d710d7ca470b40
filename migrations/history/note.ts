import type { Step } from '../step/step.ts';
import type { HistoryRow } from './history-row.ts';
import type { StepState } from './step-state.ts';

/** A note of what is so, without anything being done to the schema. */
export type Note =
  /** It is applied, by other means. */
  | { kind: 'baseline'; step: Step }
  /** What was applied is what stands here now. */
  | { kind: 'repair'; step: Step }
  /** Its file has another name. What was applied stays noted as it was, so an edit is still seen. */
  | { kind: 'rename'; step: Step; formerName: string; noted: HistoryRow | undefined }
  /** It was forgotten, and its file and what it made are here. `later` was applied after it, oldest first. */
  | { kind: 'return'; step: Step; later: readonly string[] }
  /** Its file is gone for good. */
  | { kind: 'forget'; version: string; name: string };

/** The row of history that a note leaves. */
export interface NoteRow extends Pick<
  HistoryRow,
  'version' | 'name' | 'checksum' | 'statementsChecksum' | 'statements'
> {
  direction: 'baseline' | 'repair';
}

export function noteRow(note: Note): NoteRow {
  if (note.kind === 'forget') {
    const { version, name } = note;
    return { version, name, direction: 'repair', ...NOTHING };
  }
  const { version, name } = note.step;
  const content = note.kind === 'rename' ? (note.noted ?? NOTHING) : note.step;
  return {
    version,
    name,
    direction: note.kind === 'baseline' ? 'baseline' : 'repair',
    checksum: content.checksum,
    statementsChecksum: content.statementsChecksum,
    statements: content.statements,
  };
}

const NOTHING = { checksum: null, statementsChecksum: null, statements: null };

/** The notes of the new names of steps that were renamed. */
export function renamesOf(states: readonly StepState[]): Note[] {
  return states.flatMap(({ status, step, formerName, noted }): Note[] =>
    status === 'renamed' && step !== undefined && formerName !== undefined
      ? [{ kind: 'rename', step, formerName, noted }]
      : [],
  );
}

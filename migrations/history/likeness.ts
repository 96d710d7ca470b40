import type { Step } from '../step/step.ts';
import type { HistoryRow } from './history-row.ts';

export type Likeness =
  | 'same'
  /** The same file comes to other T-SQL: what it calls, or knex, is another. */
  | 'recompiled'
  /** Another file that comes to the same T-SQL, such as one whose comment was edited. */
  | 'text-edited'
  | 'edited'
  /** Nobody noted what it was. */
  | 'unrecorded';

/** Whether a step is what a row of the history noted of it. */
export function likenessOf(step: Step, row: HistoryRow | undefined): Likeness {
  if (row?.checksum == null) return 'unrecorded';
  // A row of before the two were told apart holds one checksum of both.
  if (isOfBefore(row)) return row.checksum === step.combinedChecksum ? 'same' : 'edited';
  const isSameSql = row.statementsChecksum === step.statementsChecksum;
  if (row.checksum === step.checksum) return isSameSql ? 'same' : 'recompiled';
  return isSameSql ? 'text-edited' : 'edited';
}

/** Whether a step is another than a row noted of it; one of which nobody noted anything is not known to be. */
export function isEdited(step: Step, row: HistoryRow | undefined): boolean {
  const likeness = likenessOf(step, row);
  return likeness === 'edited' || likeness === 'text-edited';
}

/** Whether a row notes file and T-SQL as one, so that an edit and a new knex look alike. */
export function isOfBefore({ checksum, statementsChecksum }: HistoryRow): boolean {
  return checksum !== null && statementsChecksum === null;
}

/** Whether a row was written for this very file, whatever its name was then. */
export function isSameFile(step: Step, row: HistoryRow): boolean {
  return row.checksum === (isOfBefore(row) ? step.combinedChecksum : step.checksum);
}

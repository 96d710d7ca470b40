/** A place in a channel's log: the log's epoch and the sequence number of the last event seen. */
export interface Position {
  epoch: string;
  seq: number;
}

/** `"<epoch>.<seq>"`, as positions stand in messages. */
export function formatPosition({ epoch, seq }: Position): string {
  return `${epoch}.${seq}`;
}

/** Reads `"<epoch>.<seq>"`; undefined where the text is not of that form. */
export function parsePosition(text: string): Position | undefined {
  const [, epoch, digits] = /^([0-9A-Za-z]{1,32})\.(0|[1-9][0-9]{0,15})$/.exec(text) ?? [];
  const seq = Number(digits);
  return epoch !== undefined && Number.isSafeInteger(seq) ? { epoch, seq } : undefined;
}

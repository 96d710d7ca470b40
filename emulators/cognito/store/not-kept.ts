/** Words for what the system says of a file that cannot be written; others say no more than that it cannot. */
const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['ENOSPC', 'its disk is full'],
  ['EDQUOT', 'its disk quota is used up'],
  ['EROFS', 'its disk is read-only'],
  ['EACCES', 'its files may not be written'],
  ['EPERM', 'its files may not be written'],
]);

/** A change is not on the disk, so it was not made; the same may succeed later. `cause` is the system's error. */
export class NotKept extends Error {
  override readonly name = 'NotKept';
  /** Why, in words that name no file. */
  readonly reason: string;

  constructor(cause: unknown) {
    super('The change could not be written, and was not made.', { cause });
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    this.reason = REASONS.get(code) ?? 'its files cannot be written';
  }
}

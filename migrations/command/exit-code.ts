/** What the command's exit code says to a pipeline; `docs/dba.md` lists them. */
export const EXIT = {
  done: 0,
  /** A step or a statement failed. */
  failed: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** `verify` found an edited step or a schema that is not as expected. */
  drift: 3,
  /** `lint` found a danger. */
  danger: 4,
  /** Refused: an edited step, an approval for something else, a database of a newer version. */
  refused: 5,
  /** Another migrates now, or holds a lock that was not to be had in time. */
  locked: 6,
  /** The database cannot be reached or opened. */
  unreachable: 7,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What the exit code says to a pipeline; `docs/deploy.md` lists them. */
export const EXIT = {
  done: 0,
  /** A step failed; run the same command again once its cause is mended. */
  failed: 1,
  /** The command line, the settings, the checked-out tree or a missing tool. */
  usage: 2,
  /** Everything before the migrations is done; they wait for somebody to approve them. */
  approval: 3,
  /** Something that holds data would be replaced or removed, or a deletion was not confirmed. */
  dataAtRisk: 4,
  /** Missing or expired credentials, a missing right, or another account than the settings name. */
  credentials: 5,
  /** Somebody else deploys, deletes or migrates at this moment. */
  busy: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command ends here, for a reason that the message gives, with what to do. */
export class Stopped extends Error {
  override name = 'Stopped';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

import type { ExitCode } from './exit-code.ts';

/** What a command has to say: for a reader, and for a machine (`--json`). */
export interface Report {
  exitCode: ExitCode;
  text: string;
  json: Readonly<Record<string, unknown>>;
}

/** The command does not do what was asked, for a reason that the message gives, with what to do. */
export class Refused extends Error {
  override name = 'Refused';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

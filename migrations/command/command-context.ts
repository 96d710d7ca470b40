import type { Step } from '../step/step.ts';
import type { MigrationTarget } from '../target/migration-target.ts';

/** What every command on a database is given. */
export interface CommandContext {
  steps: readonly Step[];
  target: MigrationTarget;
  /** As a person knows it: its name on the server, or its file's. */
  databaseName: string;
  /** Asks whoever is at the terminal; undefined where nobody is. */
  confirm: ((question: string) => Promise<string>) | undefined;
  /** What goes on, for whoever waits: never part of the answer. */
  progress: (line: string) => void;
  /** Milliseconds that only ever go on. */
  monotonicClock: () => number;
}

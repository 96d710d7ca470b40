import type { Step } from '../step/step.ts';
import type { MigrationTarget } from '../target/migration-target.ts';

/** What every command on a database is given. */
export interface CommandContext {
  steps: readonly Step[];
  target: MigrationTarget;
  /** What goes on, for whoever waits: never part of the answer. */
  progress: (line: string) => void;
  /** Milliseconds that only ever go on. */
  monotonicClock: () => number;
}

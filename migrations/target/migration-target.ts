import type { Note } from '../history/note.ts';
import type { History } from '../history/step-state.ts';
import type { SurroundingFindings } from '../rights/rights.ts';
import type { SchemaModel } from '../schema/schema-model.ts';
import type { Direction, Step } from '../step/step.ts';

/** Somebody else migrates the database now. */
export class MigrationLocked extends Error {
  override name = 'MigrationLocked';

  /** Who is in the way, and what of this migration was done, as sentences. */
  constructor({ holder, done }: { holder: string; done: string }, options?: ErrorOptions) {
    super(
      `${holder} ${done} Wait until it has ended and try again, or give it longer: --lock-timeout <seconds>.`,
      options,
    );
  }
}

/** A step failed; what it had done is undone, or noted part by part. */
export class StepFailed extends Error {
  override name = 'StepFailed';
  /** Whether the parts before the failed one are done: it did not run in one transaction. */
  readonly isInParts: boolean;

  constructor(
    step: Step,
    direction: Direction,
    { cause, isInParts }: { cause: unknown; isInParts: boolean },
  ) {
    super(`${step.name} (${direction}) failed`, { cause });
    this.isInParts = isInParts;
  }
}

/**
 * Called whenever a step in parts has come further, so that whoever waits sees it: how many of its
 * parts are done, counted as `status` counts them, and how many batches of the next one.
 */
export type OnPart = (progress: { done: number; of: number; batches: number }) => void;

/** Who holds what keeps a migration from running. */
export interface LockHolder {
  session: string;
  login: string;
  host: string;
  program: string;
  since: string;
}

export interface UnlockResult {
  /** Whether knex's own row lock had stuck; but for a dry run it is free now. */
  hadKnexLockStuck: boolean;
  /** Whether somebody migrates now. */
  isHeld: boolean;
  /** Who it is, where this login may see that. */
  holder: LockHolder | undefined;
}

/** A database as the commands see it. */
export interface MigrationTarget {
  /** What it remembers; nothing is created for it. */
  history: () => Promise<History>;
  /** All that its catalogue holds, the bookkeeping too. */
  catalogue: () => Promise<SchemaModel>;
  /** Settings and rights that are not as `bootstrap` makes them, and a history that is not as the tool makes it. */
  surroundings: (catalogue: SchemaModel) => Promise<SurroundingFindings>;
  /** What the catalogue would hold after just these steps. */
  expectedSchema: (steps: readonly Step[]) => Promise<SchemaModel>;
  /** How many rows a table holds, or hold a value in this column; undefined where nobody can tell. */
  rowCount: (table: string, column?: string) => Promise<number | undefined>;
  /** Runs `work` while nobody else can migrate; the bookkeeping is there then. */
  whileLocked: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /**
   * Does or undoes one step, `all` being the folder's. Whether it was done here: false where another
   * was faster. Throws {@link StepFailed}.
   */
  run: (
    step: Step,
    direction: Direction,
    context: { all: readonly Step[]; outOfOrder: boolean; onPart: OnPart },
  ) => Promise<boolean>;
  /** Whether a step that stopped half-way goes on from there; false: each step is one transaction. */
  goesOnInParts: boolean;
  /** Writes all of it or nothing. */
  note: (notes: readonly Note[]) => Promise<void>;
  unlock: (options: { dryRun: boolean }) => Promise<UnlockResult>;
  close: () => Promise<void>;
}

import type { Knex } from 'knex';
import type { RecordedItem } from './recorded-item.ts';

export type Direction = 'up' | 'down';

/** One file of `versions/`: an ordinary knex migration, and what it does on SQL Server. */
export interface Step {
  /** The 14 digits that begin its name; steps run in their order. */
  version: string;
  /** The file's name, as knex keeps it. */
  name: string;
  /** SHA-256 of the file, whatever its lines end with. */
  checksum: string;
  /** Both directions as they were recorded, for the history: see `statements-text.ts`. */
  statements: string;
  /** SHA-256 of `statements`: knex may compile the same file otherwise after an upgrade. */
  statementsChecksum: string;
  /** SHA-256 of file and statements in one, as histories held it before the two were told apart. */
  combinedChecksum: string;
  up: readonly RecordedItem[];
  /** Undefined where the file has no `down`. */
  down: readonly RecordedItem[] | undefined;
  /** False: each of its items is a transaction of its own. */
  transaction: boolean;
  /** Lint rules that the file sets aside for itself. */
  allowed: readonly Allowance[];
  /** The file's own functions, for databases on which it runs as it is. */
  run: { up: RunDirection; down: RunDirection | undefined };
}

/** `export const lintAllow = [{ rule, reason }]` of a step. */
export interface Allowance {
  /** Id of a lint rule. */
  rule: string;
  /** One line for whoever approves the step. */
  reason: string;
}

export type RunDirection = (knex: Knex) => Promise<unknown>;

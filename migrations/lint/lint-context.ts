import type { SchemaModel } from '../schema/schema-model.ts';

/** What a statement is judged by. */
export interface LintContext {
  /** The schema before the statement. */
  schema: SchemaModel;
  /** Whether a table was there before the step, and so may be in use and full. */
  isOld: (table: string) => boolean;
}

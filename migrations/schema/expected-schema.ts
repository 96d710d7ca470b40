import { cutText } from '@ordercast/platform/cut-text.ts';
import type { Step } from '../step/step.ts';
import { StatementDoesNotApply, applyStatement } from './apply-statement.ts';
import { parseStatement } from './parse-statement.ts';
import { EMPTY_SCHEMA, plainText } from './schema-model.ts';
import type { SchemaModel } from './schema-model.ts';
import type { Statement } from './statement.ts';

/** The statements of one direction of a step; a backfill changes rows alone. */
export function statementsOf(items: Step['up']): Statement[] {
  return items.flatMap((item) => (item.kind === 'statement' ? [parseStatement(item.sql)] : []));
}

/**
 * What SQL Server's catalogue holds after these steps, read from what they execute. A statement that
 * cannot be read, or that fails on what is known of the schema, is left out and told as unforeseen.
 */
export function expectedSchema(steps: readonly Step[]): SchemaModel {
  const unforeseen: string[] = [];
  let schema = EMPTY_SCHEMA;
  for (const { name, up } of steps) {
    for (const statement of statementsOf(up)) {
      const tell = (reason: string) => {
        const text = cutText(plainText(statement.sql), 100);
        unforeseen.push(`${name}: what this does cannot be foreseen (${reason}): ${text}`);
      };
      try {
        schema = applyStatement(schema, statement);
        if (statement.kind === 'unreadable') tell(statement.reason);
      } catch (error) {
        if (!(error instanceof StatementDoesNotApply)) throw error;
        tell(error.message);
      }
    }
  }
  return { ...schema, unforeseen };
}

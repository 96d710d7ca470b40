import type { Step } from '../step/step.ts';
import { applyStatement } from './apply-statement.ts';
import { parseStatement } from './parse-statement.ts';
import { EMPTY_SCHEMA } from './schema-model.ts';
import type { SchemaModel } from './schema-model.ts';
import type { Statement } from './statement.ts';

/** The statements of one direction of a step; a backfill changes rows alone. */
export function statementsOf(items: Step['up']): Statement[] {
  return items.flatMap((item) => (item.kind === 'statement' ? [parseStatement(item.sql)] : []));
}

/** What SQL Server's catalogue holds after these steps, read from what they execute. */
export function expectedSchema(steps: readonly Step[]): SchemaModel {
  return steps.flatMap(({ up }) => statementsOf(up)).reduce(applyStatement, EMPTY_SCHEMA);
}

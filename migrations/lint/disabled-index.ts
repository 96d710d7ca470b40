import { key, sameName } from '../schema/schema-model.ts';
import type { TableModel } from '../schema/schema-model.ts';
import type { Statement } from '../schema/statement.ts';
import { clusteredOf } from './clustered.ts';
import type { Danger } from './finding.ts';
import type { LintContext } from './lint-context.ts';

/**
 * What is lost with an index that is disabled (ALTER INDEX, "DISABLE"): the table with its order, and
 * what a unique one keeps out. Any other is only missed by queries.
 */
export function disabledIndexDangers(statement: Statement, { schema }: LintContext): Danger[] {
  if (statement.kind !== 'enable-index' || !statement.disabled) return [];
  const table = schema.tables.get(key(statement.table));
  if (table === undefined) return [];
  const isMeant = (name: string | undefined) =>
    sameName(statement.name, 'ALL') || sameName(name, statement.name);
  const order = clusteredOf(table);
  const closed = order !== undefined && isMeant(order.name) ? [order.text] : [];
  const open = enforcing(table).filter(({ name }) => isMeant(name));
  return [
    ...closed.map(
      (text) => `${table.name} can be neither read nor written while ${text} is disabled`,
    ),
    ...open.map(({ text }) => `${text} of ${table.name} lets doubles in while it is disabled`),
  ].map((message) => ({ rule: 'disabled-index', message }));
}

/** What keeps doubles out, and is not the table's order. */
function enforcing({ primaryKey, uniques, indexes }: TableModel) {
  const all = [
    ...(primaryKey === undefined ? [] : [{ ...primaryKey, what: 'the primary key' }]),
    ...uniques.map((one) => ({ ...one, what: 'the unique key' })),
    ...indexes.filter(({ unique }) => unique).map((one) => ({ ...one, what: 'the unique index' })),
  ];
  return all
    .filter(({ clustered }) => !clustered)
    .map(({ what, name }) => ({ name, text: `${what} ${name ?? ''}`.trim() }));
}

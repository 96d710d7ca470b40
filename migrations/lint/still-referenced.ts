import { key, sameName } from '../schema/schema-model.ts';
import type { ColumnModel, SchemaModel, TableModel } from '../schema/schema-model.ts';
import type { Statement } from '../schema/statement.ts';
import { columnsIn } from './column-names.ts';
import { sizeOfType, typeParts } from './data-type.ts';
import type { Danger } from './finding.ts';

/** Whether what a statement drops or changes is still needed by something else, so that it fails. */
export function dependentDangers(statement: Statement, schema: SchemaModel): Danger[] {
  if (statement.kind === 'drop-table') {
    return needed(statement.table, foreignKeysTo(schema, statement.table, undefined));
  }
  if (!('table' in statement) || typeof statement.table !== 'string') return [];
  const table = schema.tables.get(key(statement.table));
  if (table === undefined) return [];
  switch (statement.kind) {
    case 'drop-columns':
      return statement.columns.flatMap((column) =>
        needed(`${table.name}.${column}`, [
          ...dependents(table, column, statement.columns).map(({ name }) => name),
          ...foreignKeysTo(schema, table.name, [column]),
        ]),
      );
    case 'drop-constraint': {
      const keys = [table.primaryKey, ...table.uniques];
      const dropped = keys.find(
        (one) => one?.name !== undefined && sameName(one.name, statement.name),
      );
      if (dropped === undefined) return [];
      const columns = dropped.columns.map(({ name }) => name);
      const others = foreignKeysTo(schema, table.name, columns);
      return needed(`the key ${statement.name} of ${table.name}`, others);
    }
    case 'alter-column': {
      const before = table.columns.find(({ name }) => sameName(name, statement.column.name));
      return before === undefined ? [] : changedType(schema, table, before, statement.column);
    }
    default:
      return [];
  }
}

function needed(what: string, by: readonly string[]): Danger[] {
  return by.map((one) => ({ rule: 'still-referenced', message: `${what} is needed by ${one}` }));
}

type Dependent = { what: 'default' | 'key' | 'index' | 'check' | 'computed'; name: string };

/** What of its own table holds a column, beside the columns that go with it. */
function dependents(table: TableModel, column: string, going: readonly string[] = []): Dependent[] {
  const has = (columns: readonly { name: string }[]) =>
    columns.some(({ name }) => sameName(name, column));
  const own = table.columns.find(({ name }) => sameName(name, column));
  const found: Dependent[] = [];
  if (own?.default !== undefined) {
    found.push({ what: 'default', name: `its default ${own.default.name ?? ''}`.trim() });
  }
  if (table.primaryKey !== undefined && has(table.primaryKey.columns)) {
    found.push({ what: 'key', name: `the primary key ${table.primaryKey.name ?? ''}`.trim() });
  }
  for (const one of table.uniques.filter(({ columns }) => has(columns))) {
    found.push({ what: 'index', name: `the unique key ${one.name ?? ''}`.trim() });
  }
  for (const one of table.foreignKeys) {
    if (one.columns.some((name) => sameName(name, column))) {
      found.push({ what: 'key', name: `the foreign key ${one.name ?? ''}`.trim() });
    }
  }
  for (const { name, definition } of table.checks) {
    if (columnsIn(definition).includes(key(column))) {
      found.push({ what: 'check', name: `the check ${name ?? ''}`.trim() });
    }
  }
  for (const { name, columns, include, filter } of table.indexes) {
    const isHeld =
      has(columns) ||
      include.some((one) => sameName(one, column)) ||
      columnsIn(filter ?? '').includes(key(column));
    if (isHeld) found.push({ what: 'index', name: `the index ${name}` });
  }
  for (const { name, computed } of table.columns) {
    const isGoing = going.some((one) => sameName(one, name));
    if (!isGoing && columnsIn(computed ?? '').includes(key(column))) {
      found.push({ what: 'computed', name: `the computed column ${name}` });
    }
  }
  return found;
}

/**
 * ALTER COLUMN fails on a column that is needed (error 5074), but for a longer limit of variable length:
 * that may be in an index or a check, and any limit may have a default (ALTER TABLE, "ALTER COLUMN").
 */
function changedType(
  schema: SchemaModel,
  table: TableModel,
  before: ColumnModel,
  after: Pick<ColumnModel, 'type' | 'collation' | 'nullable'>,
): Danger[] {
  const isSame =
    before.type === after.type &&
    before.nullable === after.nullable &&
    before.collation === after.collation;
  if (isSame) return [];
  const isSameName = typeParts(before.type).name === typeParts(after.type).name;
  const [old, now] = [sizeOfType(before.type), sizeOfType(after.type)];
  const isVariable = isSameName && now?.isVariable === true && before.collation === after.collation;
  const grows = isVariable && (now.bytes ?? Infinity) >= (old?.bytes ?? Infinity);
  const isFree: Readonly<Record<Dependent['what'], boolean>> = {
    default: isSameName,
    index: grows,
    check: isVariable,
    key: false,
    computed: false,
  };
  const blocking = dependents(table, before.name).filter(({ what }) => !isFree[what]);
  return needed(`${table.name}.${before.name} as it is`, [
    ...blocking.map(({ name }) => name),
    ...foreignKeysTo(schema, table.name, [before.name]),
  ]);
}

/** Foreign keys of other tables to a table, or to exactly one of these columns or all of them. */
function foreignKeysTo(
  schema: SchemaModel,
  table: string,
  columns: readonly string[] | undefined,
): string[] {
  return [...schema.tables.values()]
    .filter(({ name }) => !sameName(name, table))
    .flatMap((other) =>
      other.foreignKeys
        .filter(({ references }) => sameName(references.table, table))
        .filter(
          ({ references }) =>
            columns === undefined ||
            columns.every((column) => references.columns.some((one) => sameName(one, column))),
        )
        .map(({ name }) => `the foreign key ${name ?? ''} of ${other.name}`.replace('  ', ' ')),
    );
}

import { key } from '../schema/schema-model.ts';
import type {
  ForeignKeyModel,
  KeyColumn,
  SchemaModel,
  TableModel,
} from '../schema/schema-model.ts';
import type { Statement } from '../schema/statement.ts';
import { withConstraint } from '../schema/parse-statement.ts';
import { clusteredOf } from './clustered.ts';
import { columnsIn, missingIn } from './column-names.ts';
import { sizeOfType } from './data-type.ts';
import type { Danger } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { dependentDangers } from './still-referenced.ts';

/** Bytes of a key ("Maximum capacity specifications for SQL Server"). */
const MAX_KEY = { clustered: 900, nonclustered: 1700 };
const MAX_KEY_COLUMNS = 32;

/** Why a statement fails on the server, on the schema before it. */
export function failingDangers(statement: Statement, { schema }: LintContext): Danger[] {
  const dangers = [...dependentDangers(statement, schema)];
  if (statement.kind === 'create-table') {
    const { table } = statement;
    dangers.push(...unknownTypes(table.name, table.columns), ...wholeTable(table, schema));
    const orders = [table.primaryKey, ...table.uniques].filter((one) => one?.clustered === true);
    if (orders.length > 1) dangers.push(secondOrder(table.name, 'a second key', 'the first key'));
    return dangers;
  }
  if (!('table' in statement) || typeof statement.table !== 'string') return dangers;
  const table = schema.tables.get(key(statement.table));
  if (table === undefined) return dangers;
  switch (statement.kind) {
    case 'add-columns': {
      const wider = { ...table, columns: [...table.columns, ...statement.columns] };
      const computed = statement.columns.map(({ name, computed: text = '' }) => ({ name, text }));
      return [
        ...dangers,
        ...unknownTypes(table.name, statement.columns),
        ...computed.flatMap(({ name, text }) => missing(wider, name, columnsIn(text))),
      ];
    }
    case 'alter-column':
      return [...dangers, ...unknownTypes(table.name, [statement.column])];
    case 'create-index': {
      const { index } = statement;
      const order = clusteredOf(table);
      return [
        ...dangers,
        ...missing(table, index.name, [...names(index.columns), ...index.include]),
        ...missing(table, `the filter of ${index.name}`, columnsIn(index.filter ?? '')),
        ...keySize(table, index.name, index),
        ...(index.clustered && order !== undefined
          ? [secondOrder(table.name, index.name, order.text)]
          : []),
      ];
    }
    case 'add-constraint': {
      const { constraint } = statement;
      const bare = { ...table, primaryKey: undefined, uniques: [], foreignKeys: [], checks: [] };
      const added =
        constraint.type === 'default'
          ? missing(table, constraint.default.name ?? 'a default', [constraint.column])
          : wholeTable(withConstraint(bare, constraint), schema);
      const order = clusteredOf(table);
      const isOrder = /\bCLUSTERED\b/i.test(statement.sql) && 'key' in constraint;
      return [
        ...dangers,
        ...added,
        ...(isOrder && order !== undefined
          ? [secondOrder(table.name, constraint.key.name ?? constraint.type, order.text)]
          : []),
      ];
    }
    default:
      return dangers;
  }
}

function wholeTable(table: TableModel, schema: SchemaModel): Danger[] {
  const keys = [...(table.primaryKey === undefined ? [] : [table.primaryKey]), ...table.uniques];
  return [
    ...keys.flatMap((one) => missing(table, one.name ?? 'a key', names(one.columns))),
    ...keys.flatMap((one) => keySize(table, one.name ?? 'a key', one)),
    ...table.checks.flatMap(({ name, definition }) =>
      missing(table, name ?? 'a check', columnsIn(definition)),
    ),
    ...table.columns.flatMap(({ name, computed }) =>
      missing(table, name, columnsIn(computed ?? '')),
    ),
    ...table.foreignKeys.flatMap((one) => foreignKey(table, one, schema)),
  ];
}

function foreignKey(table: TableModel, one: ForeignKeyModel, schema: SchemaModel): Danger[] {
  const { name = 'a foreign key', references } = one;
  const isOwn = key(references.table) === key(table.name);
  const other = isOwn ? table : schema.tables.get(key(references.table));
  if (other === undefined) {
    return [
      {
        rule: 'does-not-apply',
        message: `there is no table ${references.table} for ${name} of ${table.name}`,
      },
    ];
  }
  const gone = [...missing(table, name, one.columns), ...missing(other, name, references.columns)];
  if (gone.length > 0 || references.columns.length === 0 || isKey(other, references.columns)) {
    return gone;
  }
  const target = `${references.table} (${references.columns.join(', ')})`;
  const message = `${name} of ${table.name} refers to ${target}, which is no key`;
  return [{ rule: 'does-not-apply', message }];
}

/** Whether a foreign key may point to these columns. */
function isKey(table: TableModel, columns: readonly string[]): boolean {
  const keys = [
    ...(table.primaryKey === undefined ? [] : [table.primaryKey]),
    ...table.uniques,
    ...table.indexes.filter(({ unique, filter }) => unique && filter === undefined),
  ];
  const wanted = columns.map(key).sort().join();
  return keys.some((one) => names(one.columns).map(key).sort().join() === wanted);
}

function missing(table: TableModel, what: string, columns: readonly string[]): Danger[] {
  return missingIn(table, columns).map((column) => ({
    rule: 'missing-column',
    message: `${what} names ${table.name}.${column}, which is not there`,
  }));
}

function names(columns: readonly KeyColumn[]): string[] {
  return columns.map(({ name }) => name);
}

function unknownTypes(table: string, columns: readonly { name: string; type: string }[]): Danger[] {
  return columns
    .filter(({ type }) => type !== '' && sizeOfType(type) === undefined)
    .map(({ name, type }) => ({
      rule: 'unknown-type',
      message: `${table}.${name} is of the type ${type}`,
    }));
}

function keySize(
  table: TableModel,
  what: string,
  { columns, clustered }: { columns: readonly KeyColumn[]; clustered: boolean },
): Danger[] {
  const sizes = columns.flatMap(({ name }) => {
    const type = table.columns.find((column) => key(column.name) === key(name))?.type ?? '';
    return type === '' ? [] : [{ name, size: sizeOfType(type) }];
  });
  const unlimited = sizes.find(({ size }) => size !== undefined && size.bytes === undefined);
  const danger = (message: string): Danger[] => [{ rule: 'index-key-size', message }];
  if (unlimited !== undefined) {
    return danger(`${what} of ${table.name} has ${unlimited.name} in its key, which has no limit`);
  }
  if (columns.length > MAX_KEY_COLUMNS) {
    return danger(`${what} of ${table.name} has more than ${MAX_KEY_COLUMNS} columns in its key`);
  }
  const bytes = sizes.reduce((sum, { size }) => sum + (size?.bytes ?? 0), 0);
  const limit = clustered ? MAX_KEY.clustered : MAX_KEY.nonclustered;
  return bytes > limit
    ? danger(`${what} of ${table.name} may have a key of ${bytes} bytes; the limit is ${limit}`)
    : [];
}

function secondOrder(table: string, what: string, order: string): Danger {
  return {
    rule: 'second-clustered-index',
    message: `${what} would be clustered, and ${table} has its order by ${order}`,
  };
}

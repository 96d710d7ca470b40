import { cutText } from '@ordercast/platform/cut-text.ts';
import { columnText } from '../schema/compare-schemas.ts';
import { key, sameName } from '../schema/schema-model.ts';
import type {
  ColumnModel,
  ForeignKeyModel,
  SchemaModel,
  TableModel,
} from '../schema/schema-model.ts';
import type { Constraint, Statement } from '../schema/statement.ts';
import { clusteredOf } from './clustered.ts';
import type { Danger } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import type { LintRule } from './lint-rules.ts';
import { isRewrite, narrowingOf } from './narrowing.ts';
import { isRowVersion, rewriteByColumn } from './new-column.ts';

/** What is dangerous in what a statement of an `up` does to tables. */
export function tableDangers(statement: Statement, { schema, isOld }: LintContext): Danger[] {
  switch (statement.kind) {
    case 'create-table':
      return [...unnamed(statement.table), ...statement.table.foreignKeys.flatMap(cascades)];
    case 'drop-table':
      return isOld(statement.table)
        ? [danger('drop-table', `the table ${statement.table} is dropped with its rows`)]
        : [];
    case 'drop-columns':
      return (isOld(statement.table) ? statement.columns : [])
        .filter((column) => !statement.ifExists || hasColumn(schema, statement.table, column))
        .map((column) =>
          danger(
            'drop-column',
            `the column ${statement.table}.${column} is dropped with its values`,
          ),
        );
    case 'create-index':
      return isOld(statement.table) && !statement.online
        ? [blocking(statement.table, `index ${statement.index.name}`)]
        : [];
    case 'add-constraint':
      return [
        ...unnamedConstraint(statement.table, statement.constraint),
        ...(statement.constraint.type === 'foreign-key'
          ? cascades(statement.constraint.foreignKey)
          : []),
        ...(isOld(statement.table) ? addedConstraint(statement.table, statement.constraint) : []),
      ];
    case 'enforce':
      return isOld(statement.table) && statement.enforcement === undefined
        ? statement.names.map((name) =>
            scan(statement.table, isAll(name) ? 'each constraint' : name),
          )
        : [];
    case 'enable-index': {
      const { table, name, disabled } = statement;
      const isOnline = disabled || /\bONLINE\s*=\s*ON\b/i.test(statement.sql);
      return isOld(table) && !isOnline
        ? [blocking(table, isAll(name) ? 'every index' : `index ${name}`)]
        : [];
    }
    case 'add-columns':
      return statement.columns.flatMap((column) => [
        ...(column.default !== undefined && column.default.name === undefined
          ? [unnamedOne(`${statement.table}.${column.name}`, 'default')]
          : []),
        ...(isOld(statement.table) ? addedColumn(statement, column) : []),
      ]);
    case 'alter-column': {
      const before = schema.tables
        .get(key(statement.table))
        ?.columns.find(({ name }) => key(name) === key(statement.column.name));
      return isOld(statement.table) && before !== undefined ? alterColumn(statement, before) : [];
    }
    case 'drop-index':
    case 'drop-constraint': {
      const table = schema.tables.get(key(statement.table));
      const order = table === undefined ? undefined : clusteredOf(table);
      return isOld(statement.table) && order !== undefined && sameName(order.name, statement.name)
        ? [danger('table-rewrite', `${statement.table} loses its order, ${order.text}`)]
        : [];
    }
    case 'rename-table':
      return isOld(statement.from) ? [rename(statement.from, statement.to)] : [];
    case 'rename-column':
      return isOld(statement.table)
        ? [rename(`${statement.table}.${statement.from}`, statement.to)]
        : [];
    case 'unreadable':
      return [
        danger(
          'unreadable-statement',
          `${statement.reason}: ${cutText(statement.sql.replaceAll(/\s+/g, ' '), 120)}`,
        ),
      ];
    default:
      return [];
  }
}

function isAll(name: string): boolean {
  return key(name) === 'all';
}

function hasColumn(schema: SchemaModel, table: string, column: string): boolean {
  const columns = schema.tables.get(key(table))?.columns ?? [];
  return columns.some(({ name }) => key(name) === key(column));
}

function danger(rule: LintRule, message: string): Danger {
  return { rule, message };
}

function addedColumn(
  statement: Extract<Statement, { kind: 'add-columns' }>,
  column: ColumnModel,
): Danger[] {
  const name = `${statement.table}.${column.name}`;
  const isGiven =
    column.default !== undefined ||
    column.identity ||
    column.computed !== undefined ||
    isRowVersion(column);
  if (!column.nullable && !isGiven) {
    return [danger('not-null-without-default', `${name} is added as not null without a default`)];
  }
  const why = rewriteByColumn(column, statement.sql);
  return why === undefined ? [] : [danger('table-rewrite', `${name} is added with ${why}`)];
}

function alterColumn(
  { table, column }: Extract<Statement, { kind: 'alter-column' }>,
  before: ColumnModel,
): Danger[] {
  const name = `${table}.${column.name}`;
  const dangers: Danger[] = [];
  if (before.nullable && !column.nullable) {
    dangers.push(danger('not-null-without-default', `${name} becomes not null`));
  }
  const change = `${name}: ${columnText(before)} becomes ${columnText({ ...before, ...column })}`;
  const narrowing = narrowingOf(before, column);
  if (narrowing !== undefined) {
    dangers.push(danger('narrowing-type', `${change} (${narrowing})`));
  } else if (isRewrite(before, column)) {
    dangers.push(danger('table-rewrite', change));
  }
  return dangers;
}

function addedConstraint(table: string, constraint: Constraint): Danger[] {
  switch (constraint.type) {
    case 'primary-key':
    case 'unique':
      return [blocking(table, `the index of ${constraint.key.name ?? constraint.type}`)];
    case 'foreign-key':
      return constraint.checked ? [scan(table, constraint.foreignKey.name ?? 'a foreign key')] : [];
    case 'check':
      return constraint.checked ? [scan(table, constraint.name ?? 'a check')] : [];
    case 'default':
      return [];
  }
}

function cascades({ name, references, onDelete, onUpdate }: ForeignKeyModel): Danger[] {
  const actions = [
    ...(onDelete === 'no action' ? [] : [`ON DELETE ${onDelete.toUpperCase()}`]),
    ...(onUpdate === 'no action' ? [] : [`ON UPDATE ${onUpdate.toUpperCase()}`]),
  ];
  return actions.map((action) =>
    danger('cascade', `${name ?? 'a foreign key'} to ${references.table} says ${action}`),
  );
}

function unnamed(table: TableModel): Danger[] {
  const keys: [string, { name: string | undefined }[]][] = [
    ['primary key', table.primaryKey === undefined ? [] : [table.primaryKey]],
    ['unique key', [...table.uniques]],
    ['foreign key', [...table.foreignKeys]],
    ['check', [...table.checks]],
    ['default', table.columns.flatMap((column) => column.default ?? [])],
  ];
  return keys.flatMap(([what, items]) =>
    items.filter(({ name }) => name === undefined).map(() => unnamedOne(table.name, what)),
  );
}

function unnamedConstraint(table: string, constraint: Constraint): Danger[] {
  return nameOf(constraint) === undefined
    ? [unnamedOne(table, constraint.type.replace('-', ' '))]
    : [];
}

/** Undefined where the server would choose one. */
function nameOf(constraint: Constraint): string | undefined {
  switch (constraint.type) {
    case 'primary-key':
    case 'unique':
      return constraint.key.name;
    case 'foreign-key':
      return constraint.foreignKey.name;
    case 'check':
      return constraint.name;
    case 'default':
      return constraint.default.name;
  }
}

function unnamedOne(where: string, what: string): Danger {
  return danger('unnamed-constraint', `${where}: a ${what} without a name`);
}

function blocking(table: string, what: string): Danger {
  return danger('blocking-index', `${what} is built on ${table}, which is in use`);
}

function scan(table: string, name: string): Danger {
  return danger(
    'constraint-scan',
    `${name} is checked against every row of ${table} while it is locked`,
  );
}

function rename(from: string, to: string): Danger {
  return danger(
    'rename',
    `${from} is renamed to ${to}; programs of the version before still use the old name`,
  );
}

import { cutText } from '@ordercast/platform/cut-text.ts';
import { columnText } from '../schema/compare-schemas.ts';
import { key } from '../schema/schema-model.ts';
import type { SchemaModel, TableModel } from '../schema/schema-model.ts';
import type { Constraint, Statement } from '../schema/statement.ts';
import type { Finding } from './finding.ts';
import { narrowingOf } from './narrowing.ts';

export type Danger = Pick<Finding, 'rule' | 'message' | 'remedy'>;

/**
 * What is dangerous in one statement of an `up`, on the schema before it. `isOld` tells a table
 * that was there before the step, and so may be in use and full, from one that the step made.
 */
export function dangersOf(
  statement: Statement,
  schema: SchemaModel,
  isOld: (table: string) => boolean,
): Danger[] {
  switch (statement.kind) {
    case 'create-table':
      return unnamed(statement.table);
    case 'drop-table':
      return isOld(statement.table) ? [dropTable(statement.table)] : [];
    case 'drop-columns':
      return isOld(statement.table)
        ? statement.columns.map((column) => dropColumn(`${statement.table}.${column}`))
        : [];
    case 'create-index':
      return isOld(statement.table) && !statement.online
        ? [blocking(statement.table, `index ${statement.index.name}`)]
        : [];
    case 'add-constraint':
      return [
        ...unnamedConstraint(statement.table, statement.constraint),
        ...(isOld(statement.table) ? addedConstraint(statement.table, statement.constraint) : []),
      ];
    case 'add-columns':
      return statement.columns.flatMap((column): Danger[] => {
        const name = `${statement.table}.${column.name}`;
        const mustHave = !column.nullable && column.default === undefined && !column.identity;
        return [
          ...(column.default !== undefined && column.default.name === undefined
            ? [unnamedOne(name, 'default')]
            : []),
          ...(isOld(statement.table) && mustHave && column.computed === undefined
            ? [notNull(`${name} is added as not null without a default`)]
            : []),
        ];
      });
    case 'alter-column':
      return isOld(statement.table) ? alterColumn(statement, schema) : [];
    case 'rename-table':
      return isOld(statement.from) ? [rename(statement.from, statement.to)] : [];
    case 'rename-column':
      return isOld(statement.table)
        ? [rename(`${statement.table}.${statement.from}`, statement.to)]
        : [];
    case 'data':
      return isBulkChange(statement) && isOld(statement.table ?? '') ? [unbatched(statement)] : [];
    case 'unreadable':
      return [
        {
          rule: 'unreadable-statement',
          message: `${statement.reason}: ${cutText(statement.sql.replaceAll(/\s+/g, ' '), 120)}`,
          remedy: 'Write it as plain T-SQL, one statement at a time, without EXEC of a text.',
        },
      ];
    default:
      return [];
  }
}

function isBulkChange({ verb }: { verb: string }): boolean {
  return verb === 'UPDATE' || verb === 'DELETE' || verb === 'TRUNCATE';
}

function alterColumn(
  { table, column }: Extract<Statement, { kind: 'alter-column' }>,
  schema: SchemaModel,
): Danger[] {
  const before = schema.tables
    .get(key(table))
    ?.columns.find(({ name }) => key(name) === key(column.name));
  if (before === undefined) return [];
  const name = `${table}.${column.name}`;
  const dangers: Danger[] = [];
  if (before.nullable && !column.nullable) dangers.push(notNull(`${name} becomes not null`));
  const narrowing = narrowingOf(before, column);
  if (narrowing !== undefined) {
    dangers.push({
      rule: 'narrowing-type',
      message: `${name}: ${columnText(before)} becomes ${columnText({ ...before, ...column })} (${narrowing})`,
      remedy:
        'Add a new column, fill it batch by batch, let programs use it, and drop the old one later.',
    });
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
  const name = nameOf(constraint);
  return name === undefined ? [unnamedOne(table, constraint.type.replace('-', ' '))] : [];
}

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
  return {
    rule: 'unnamed-constraint',
    message: `${where}: a ${what} without a name`,
    remedy: 'Name it: CONSTRAINT <name>. Only a name can be dropped or changed by a later step.',
  };
}

function blocking(table: string, what: string): Danger {
  return {
    rule: 'blocking-index',
    message: `${what} is built on ${table}, which is in use`,
    remedy:
      'createIndex(knex, table, { …, online: true }) builds it online where the edition can; elsewhere plan for the wait.',
  };
}

function notNull(message: string): Danger {
  return {
    rule: 'not-null-without-default',
    message,
    remedy:
      'Add it as null, fill it with backfill() in a step of its own, and make it not null in a third.',
  };
}

function scan(table: string, name: string): Danger {
  return {
    rule: 'constraint-scan',
    message: `${name} is checked against every row of ${table} while it is locked`,
    remedy:
      'Add it WITH NOCHECK, and check it later, when the system is quiet: ALTER TABLE … WITH CHECK CHECK CONSTRAINT ….',
  };
}

function unbatched({ verb, table }: { verb: string; table: string | undefined }): Danger {
  return {
    rule: 'unbatched-update',
    message: `${verb} changes rows of ${table} in one transaction, which locks and logs all of them`,
    remedy: 'Use backfill(), which changes a few thousand rows a transaction and can be resumed.',
  };
}

function dropTable(table: string): Danger {
  return {
    rule: 'drop-table',
    message: `the table ${table} is dropped with its rows`,
    remedy: 'Let a release pass in which nothing uses it; then allow the rule in the step.',
  };
}

function dropColumn(name: string): Danger {
  return {
    rule: 'drop-column',
    message: `the column ${name} is dropped with its values`,
    remedy: 'Let a release pass in which nothing uses it; then allow the rule in the step.',
  };
}

function rename(from: string, to: string): Danger {
  return {
    rule: 'rename',
    message: `${from} is renamed to ${to}; programs of the version before still use the old name`,
    remedy: 'Add the new one, write both, move readers over, and drop the old one in a later step.',
  };
}

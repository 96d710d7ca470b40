import { withConstraint } from './parse-statement.ts';
import { key, sameName } from './schema-model.ts';
import { renamedObject, withReferencedColumn, withRenamedConstraint } from './rename-object.ts';
import type { Enforcement, SchemaModel, TableModel } from './schema-model.ts';
import type { Constraint, Statement } from './statement.ts';

/** A statement would fail on the schema that is there before it. */
export class StatementDoesNotApply extends Error {
  override name = 'StatementDoesNotApply';
}

/** The schema after a statement. Names are compared without regard to case, as the server does. */
export function applyStatement(schema: SchemaModel, statement: Statement): SchemaModel {
  switch (statement.kind) {
    case 'create-table':
      if (schema.tables.has(key(statement.table.name))) {
        if (statement.ifMissing) return schema;
        throw new StatementDoesNotApply(`the table ${statement.table.name} is there already`);
      }
      return withTable(schema, statement.table);
    case 'drop-table': {
      if (!schema.tables.has(key(statement.table)) && statement.ifExists) return schema;
      tableOf(schema, statement.table);
      return withoutTable(schema, statement.table);
    }
    case 'rename-table': {
      const renamed = renamedObject(schema, statement);
      if (renamed !== undefined) return renamed;
      throw new StatementDoesNotApply(`there is no ${statement.from} to rename`);
    }
    case 'rename-column':
      return withReferencedColumn(
        withTable(schema, changed(tableOf(schema, statement.table), statement)),
        statement,
      );
    case 'create-object': {
      const { object } = statement;
      const objects = new Map(schema.objects);
      if (objects.has(key(object.name))) {
        throw new StatementDoesNotApply(`the ${object.kind} ${object.name} is there already`);
      }
      return { ...schema, objects: objects.set(key(object.name), object) };
    }
    case 'drop-object': {
      const objects = new Map(schema.objects);
      if (!objects.delete(key(statement.name)) && !statement.ifExists) {
        throw new StatementDoesNotApply(`there is no ${statement.name} to drop`);
      }
      return { ...schema, objects };
    }
    case 'enable-trigger': {
      const { names, disabled } = statement;
      const modules = [...schema.modules].map(([name, module]) =>
        module.kind === 'trigger' &&
        names.some((one) => sameName(one, 'ALL') || sameName(one, module.name))
          ? ([name, { ...module, disabled }] as const)
          : ([name, module] as const),
      );
      return { ...schema, modules: new Map(modules) };
    }
    case 'module': {
      const modules = new Map(schema.modules).set(key(statement.module.name), statement.module);
      return { ...schema, modules };
    }
    case 'drop-module': {
      const modules = new Map(schema.modules);
      if (!modules.delete(key(statement.name)) && !statement.ifExists) {
        throw new StatementDoesNotApply(`there is no ${statement.name} to drop`);
      }
      return { ...schema, modules };
    }
    case 'data':
    case 'unreadable':
      return schema;
    default:
      return withTable(schema, changed(tableOf(schema, statement.table), statement));
  }
}

type TableChange = Extract<Statement, { table: string }>;

function changed(table: TableModel, change: TableChange): TableModel {
  switch (change.kind) {
    case 'add-columns':
      for (const { name } of change.columns) {
        if (hasColumn(table, name)) throw missing(table, `has a column ${name} already`);
      }
      return { ...table, columns: [...table.columns, ...change.columns] };
    case 'add-constraint':
      return withConstraint(table, asOrderedBy(table, change));
    case 'alter-column':
      assertColumn(table, change.column.name);
      return {
        ...table,
        columns: table.columns.map((column) =>
          sameName(column.name, change.column.name) ? { ...column, ...change.column } : column,
        ),
      };
    case 'drop-columns':
      if (!change.ifExists) for (const name of change.columns) assertColumn(table, name);
      return {
        ...table,
        columns: table.columns.filter(
          ({ name }) => !change.columns.some((one) => sameName(one, name)),
        ),
      };
    case 'drop-constraint':
      return withoutConstraint(table, change.name, change.ifExists);
    case 'drop-default':
      return {
        ...table,
        columns: table.columns.map((column) =>
          sameName(column.name, change.column) ? { ...column, default: undefined } : column,
        ),
      };
    case 'create-index':
      if (table.indexes.some(({ name }) => sameName(name, change.index.name))) {
        throw missing(table, `has an index ${change.index.name} already`);
      }
      return { ...table, indexes: [...table.indexes, change.index] };
    case 'drop-index': {
      const indexes = table.indexes.filter(({ name }) => !sameName(name, change.name));
      if (indexes.length === table.indexes.length && !change.ifExists) {
        throw missing(table, `has no index ${change.name}`);
      }
      return { ...table, indexes };
    }
    case 'rename-column':
      assertColumn(table, change.from);
      return renamedColumn(table, change.from, change.to);
    case 'rename-index':
      return withRenamedConstraint(table, change.from, change.to);
    case 'enforce':
      return withEnforcement(table, change.names, change.enforcement);
    case 'enable-index':
      return withIndexEnabled(table, change.name, change.disabled);
    case 'enable-trigger':
    case 'drop-table':
      return table;
  }
}

/** A primary key is the table's order, unless it has one already and the statement doesn't insist. */
function asOrderedBy(
  { uniques, indexes }: TableModel,
  { constraint, sql }: Extract<TableChange, { kind: 'add-constraint' }>,
): Constraint {
  const isOrdered = [...uniques, ...indexes].some(({ clustered }) => clustered);
  const yields = constraint.type === 'primary-key' && isOrdered && !/\bCLUSTERED\b/i.test(sql);
  return yields ? { ...constraint, key: { ...constraint.key, clustered: false } } : constraint;
}

function withEnforcement(
  table: TableModel,
  names: readonly string[],
  enforcement: Enforcement | undefined,
): TableModel {
  const found = [...table.foreignKeys, ...table.checks].map(({ name }) => name ?? '');
  const lost = names.find(
    (name) => !sameName(name, 'ALL') && !found.some((one) => sameName(one, name)),
  );
  if (lost !== undefined) throw missing(table, `has no foreign key or check ${lost}`);
  const enforced = <Item extends { name: string | undefined }>(item: Item): Item => {
    const isNamed = names.some((name) => sameName(name, 'ALL') || sameName(name, item.name ?? ''));
    return isNamed ? { ...item, enforcement } : item;
  };
  return {
    ...table,
    foreignKeys: table.foreignKeys.map(enforced),
    checks: table.checks.map(enforced),
  };
}

function withIndexEnabled(table: TableModel, name: string, disabled: boolean): TableModel {
  const { primaryKey, uniques, indexes } = table;
  const all = [...(primaryKey === undefined ? [] : [primaryKey]), ...uniques, ...indexes];
  if (!sameName(name, 'ALL') && !all.some((one) => sameName(one.name ?? '', name))) {
    throw missing(table, `has no index ${name}`);
  }
  const enabled = <Item extends { name: string | undefined }>(item: Item): Item =>
    sameName(name, 'ALL') || sameName(name, item.name ?? '') ? { ...item, disabled } : item;
  return {
    ...table,
    primaryKey: primaryKey && enabled(primaryKey),
    uniques: uniques.map(enabled),
    indexes: indexes.map(enabled),
  };
}

function withoutConstraint(table: TableModel, name: string, ifExists: boolean): TableModel {
  const other = (one: { name: string | undefined }) =>
    one.name === undefined || !sameName(one.name, name);
  const result: TableModel = {
    ...table,
    primaryKey:
      table.primaryKey !== undefined && other(table.primaryKey) ? table.primaryKey : undefined,
    uniques: table.uniques.filter(other),
    foreignKeys: table.foreignKeys.filter(other),
    checks: table.checks.filter(other),
    columns: table.columns.map((column) =>
      column.default !== undefined && !other(column.default)
        ? { ...column, default: undefined }
        : column,
    ),
  };
  if (!ifExists && countOf(result) === countOf(table))
    throw missing(table, `has no constraint ${name}`);
  return result;
}

function countOf({ primaryKey, uniques, foreignKeys, checks, columns }: TableModel): number {
  const defaults = columns.filter((column) => column.default !== undefined);
  return [primaryKey ?? [], uniques, foreignKeys, checks, defaults].flat().length;
}

function renamedColumn(table: TableModel, from: string, to: string): TableModel {
  const named = (name: string) => (sameName(name, from) ? to : name);
  const keyed = <Key extends { columns: readonly { name: string; descending: boolean }[] }>(
    one: Key,
  ) => ({
    ...one,
    columns: one.columns.map((column) => ({ ...column, name: named(column.name) })),
  });
  return {
    ...table,
    columns: table.columns.map((column) => ({ ...column, name: named(column.name) })),
    primaryKey: table.primaryKey && keyed(table.primaryKey),
    uniques: table.uniques.map(keyed),
    indexes: table.indexes.map((index) => ({ ...keyed(index), include: index.include.map(named) })),
    foreignKeys: table.foreignKeys.map((one) => ({ ...one, columns: one.columns.map(named) })),
  };
}

function tableOf(schema: SchemaModel, name: string): TableModel {
  const table = schema.tables.get(key(name));
  if (table === undefined) throw new StatementDoesNotApply(`there is no table ${name}`);
  return table;
}

function withTable(schema: SchemaModel, table: TableModel): SchemaModel {
  return { ...schema, tables: new Map(schema.tables).set(key(table.name), table) };
}

function withoutTable(schema: SchemaModel, name: string): SchemaModel {
  const tables = new Map(schema.tables);
  tables.delete(key(name));
  return { ...schema, tables };
}

function assertColumn(table: TableModel, name: string): void {
  if (!hasColumn(table, name)) throw missing(table, `has no column ${name}`);
}

function hasColumn(table: TableModel, name: string): boolean {
  return table.columns.some((column) => sameName(column.name, name));
}

function missing(table: TableModel, what: string): StatementDoesNotApply {
  return new StatementDoesNotApply(`the table ${table.name} ${what}`);
}

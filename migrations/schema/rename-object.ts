import { nameParts } from './object-name.ts';
import { key, sameName } from './schema-model.ts';
import type { SchemaModel, TableModel } from './schema-model.ts';

/**
 * What `sp_rename` of an object leaves, be it a table, a constraint or a module; undefined where there
 * is none of this name. Foreign keys follow a table; the text of a module keeps the old name, and so
 * does the server's.
 */
export function renamedObject(
  schema: SchemaModel,
  { from, to }: { from: string; to: string },
): SchemaModel | undefined {
  const table = schema.tables.get(key(from));
  if (table !== undefined) {
    const tables = [...schema.tables.values()].map((one) =>
      referencing(one === table ? { ...table, name: to } : one, { from, to }),
    );
    return { ...schema, tables: keyed(tables) };
  }
  const module = schema.modules.get(key(from));
  if (module !== undefined) {
    const others = [...schema.modules.values()].filter((one) => one !== module);
    return { ...schema, modules: keyed([...others, { ...module, name: to }]) };
  }
  // A constraint has the schema of its table.
  const [old, now] = [nameParts(from), nameParts(to)];
  const tables = [...schema.tables.values()].map((one) =>
    sameName(nameParts(one.name).at(-2) ?? '', old.at(-2) ?? '')
      ? withRenamedConstraint(one, old.at(-1) ?? '', now.at(-1) ?? '')
      : one,
  );
  const isFound = tables.some((one) => schema.tables.get(key(one.name)) !== one);
  return isFound ? { ...schema, tables: keyed(tables) } : undefined;
}

/** The table with another name of one of its constraints or indexes; the same where it has none such. */
export function withRenamedConstraint(table: TableModel, from: string, to: string): TableModel {
  const isIt = ({ name }: Named) => name !== undefined && key(name) === key(from);
  const { primaryKey, uniques, foreignKeys, checks, indexes, columns } = table;
  const defaults = columns.flatMap((column) => column.default ?? []);
  const all: Named[] = [primaryKey ?? [], uniques, foreignKeys, checks, indexes, defaults].flat();
  if (!all.some(isIt)) return table;
  const named = <Item extends Named>(item: Item): Item =>
    isIt(item) ? { ...item, name: to } : item;
  return {
    ...table,
    primaryKey: primaryKey && named(primaryKey),
    uniques: uniques.map(named),
    foreignKeys: foreignKeys.map(named),
    checks: checks.map(named),
    indexes: indexes.map(named),
    columns: columns.map((column) => ({
      ...column,
      default: column.default && named(column.default),
    })),
  };
}

interface Named {
  name: string | undefined;
}

/** The schema in which foreign keys of every table follow a column that was renamed. */
export function withReferencedColumn(
  schema: SchemaModel,
  { table, from, to }: { table: string; from: string; to: string },
): SchemaModel {
  const tables = [...schema.tables.values()].map((one) => ({
    ...one,
    foreignKeys: one.foreignKeys.map((foreign) =>
      key(foreign.references.table) === key(table)
        ? {
            ...foreign,
            references: {
              ...foreign.references,
              columns: foreign.references.columns.map((name) =>
                key(name) === key(from) ? to : name,
              ),
            },
          }
        : foreign,
    ),
  }));
  return { ...schema, tables: keyed(tables) };
}

function referencing(table: TableModel, { from, to }: { from: string; to: string }): TableModel {
  return {
    ...table,
    foreignKeys: table.foreignKeys.map((one) =>
      key(one.references.table) === key(from)
        ? { ...one, references: { ...one.references, table: to } }
        : one,
    ),
  };
}

function keyed<Item extends { name: string }>(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map((item) => [key(item.name), item]));
}

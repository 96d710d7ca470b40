import { key } from '../schema/schema-model.ts';
import type { SchemaModel, TableModel } from '../schema/schema-model.ts';
import { clusteredOf } from './clustered.ts';
import type { Danger } from './finding.ts';

/** What is wrong with the schema that a step leaves, and was not before it. */
export function schemaDangers(before: SchemaModel, after: SchemaModel): Danger[] {
  return [...after.tables].flatMap(([name, table]) => {
    const old = before.tables.get(name);
    const wasHeap = old !== undefined && clusteredOf(old) === undefined;
    const heap: Danger[] =
      clusteredOf(table) === undefined && !wasHeap
        ? [{ rule: 'heap', message: `the table ${table.name} has no clustered index` }]
        : [];
    const known = old === undefined ? [] : foreignKeysWithoutIndex(old);
    const bare = foreignKeysWithoutIndex(table).filter((one) => !known.includes(one));
    return [
      ...heap,
      ...bare.map((one): Danger => ({
        rule: 'foreign-key-without-index',
        message: `no index of ${table.name} begins with the columns of its foreign key ${one}`,
      })),
    ];
  });
}

function foreignKeysWithoutIndex(table: TableModel): string[] {
  const keys = [
    ...(table.primaryKey === undefined ? [] : [table.primaryKey]),
    ...table.uniques,
    ...table.indexes.filter(({ filter }) => filter === undefined),
  ].map(({ columns }) => columns.map(({ name }) => key(name)));
  return table.foreignKeys
    .filter(({ columns }) => {
      const wanted = columns.map(key);
      const isLed = (index: readonly string[]) =>
        wanted.every((name) => index.slice(0, wanted.length).includes(name));
      return !keys.some(isLed);
    })
    .map(({ name, columns }) => name ?? `(${columns.join(', ')})`);
}

import type { TableModel } from '../schema/schema-model.ts';

/** What gives a table its order: `the primary key pk_orders`; undefined where it has none. */
export function clusteredOf({ primaryKey, uniques, indexes }: TableModel): string | undefined {
  if (primaryKey?.clustered === true) return `the primary key ${primaryKey.name ?? ''}`.trim();
  const unique = uniques.find(({ clustered }) => clustered);
  if (unique !== undefined) return `the unique key ${unique.name ?? ''}`.trim();
  const index = indexes.find(({ clustered }) => clustered);
  return index === undefined ? undefined : `the index ${index.name}`;
}

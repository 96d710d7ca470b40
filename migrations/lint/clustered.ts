import type { TableModel } from '../schema/schema-model.ts';

/** What a table lies in order by: a key or an index of it. */
interface Order {
  name: string | undefined;
  /** `the primary key pk_orders` */
  text: string;
}

/** What gives a table its order; undefined where nothing does. */
export function clusteredOf({ primaryKey, uniques, indexes }: TableModel): Order | undefined {
  if (primaryKey?.clustered === true) return order('the primary key', primaryKey.name);
  const unique = uniques.find(({ clustered }) => clustered);
  if (unique !== undefined) return order('the unique key', unique.name);
  const index = indexes.find(({ clustered }) => clustered);
  return index === undefined ? undefined : order('the index', index.name);
}

function order(what: string, name: string | undefined): Order {
  return { name, text: `${what} ${name ?? ''}`.trim() };
}

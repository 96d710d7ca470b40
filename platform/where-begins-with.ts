import type { Knex } from 'knex';
import { prefixRange } from './prefix-range.ts';

/** Keeps the rows whose column begins with a text, by a range that an index answers; see `prefixRange`. */
export function whereBeginsWith(
  query: Knex.QueryBuilder,
  column: string,
  beginning: string,
): Knex.QueryBuilder {
  const { from, before } = prefixRange(beginning);
  void query.where(column, '>=', from);
  if (before !== undefined) void query.where(column, '<', before);
  return query;
}

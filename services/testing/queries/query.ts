import type { TableModel } from '@ordercast/migrations/schema/schema-model.ts';

/** How a column is held to values: to one, to those of a list, or to those of another query. */
export type Match = 'one' | 'list' | 'query';

/** What a query asks of one of its tables; columns by their names. */
export interface TableAccess {
  table: TableModel;
  alias: string;
  /** `is null` is an equality to the server: an index seeks it. */
  equal: Map<string, Match>;
  isNull: Set<string>;
  isNotNull: Set<string>;
  range: Set<string>;
  /** In conditions that no seek answers. */
  unseekable: Set<string>;
  /** Every column that the text names, wherever it does. */
  named: Set<string>;
}

export interface Query {
  kind: 'select' | 'update' | 'delete';
  hasTop: boolean;
  selectsAll: boolean;
  isGrouped: boolean;
  /** Rows are wanted or not by what another query finds for each. */
  asksForEach: boolean;
  /** The first is read first; each other one for each row of those before. */
  tables: TableAccess[];
  orderBy: { access: TableAccess | undefined; column: string; descending: boolean }[];
}

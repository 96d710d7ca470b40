import { parseStatement } from '../schema/parse-statement.ts';
import { key } from '../schema/schema-model.ts';
import type { Statement } from '../schema/statement.ts';
import type { RecordedItem } from '../step/recorded-item.ts';
import { backfillCost, statementCost } from './statement-cost.ts';
import type { ServerFacts, StatementCost } from './statement-cost.ts';

export interface ItemCost extends StatementCost {
  /** How it begins, in one line. */
  statement: string;
  /** Rows of the table; undefined: not known. */
  rows: number | undefined;
  /** Bytes of the table with its indexes; undefined: not known. */
  bytes: number | undefined;
}

const SHOWN = 60;

/** What each statement of a plan asks of the server, in their order. A table that the plan makes has no rows. */
export function planCosts(
  items: readonly RecordedItem[],
  facts: ServerFacts,
): Map<RecordedItem, ItemCost> {
  const made = new Set<string>();
  return new Map(
    items.map((item) => {
      const statement = item.kind === 'statement' ? parseStatement(item.sql) : undefined;
      if (statement?.kind === 'create-table') made.add(key(statement.table.name));
      const cost =
        statement === undefined
          ? backfillCost(item.kind === 'backfill' ? item.backfill.table : '')
          : statementCost(statement, facts);
      const table = cost.table === undefined ? undefined : key(cost.table);
      const size =
        table !== undefined && made.has(table)
          ? { rows: 0, bytes: 0 }
          : facts.sizes.get(table ?? '');
      return [
        item,
        { statement: shown(item, statement), ...cost, rows: size?.rows, bytes: size?.bytes },
      ];
    }),
  );
}

function shown(item: RecordedItem, statement: Statement | undefined): string {
  if (item.kind === 'backfill') return `backfill of ${item.backfill.table}`;
  // What createIndex and knex write around these two hides them.
  if (statement?.kind === 'create-index') {
    return `CREATE INDEX ${statement.index.name} ON ${statement.table}`;
  }
  if (statement?.kind === 'drop-default') {
    return `DROP the default of ${statement.table}.${statement.column}`;
  }
  const line = item.sql.replaceAll(/\s+/g, ' ').trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}...` : line;
}

/** The same in one line, for whoever reads the script. */
export function costLine({ statement, table, rows, bytes, lock, work, online }: ItemCost): string {
  const size =
    rows === undefined || bytes === undefined
      ? 'rows unknown'
      : `${rows.toLocaleString('en-US')} rows, ${megabytes(bytes)}`;
  return `${statement} | ${table ?? 'no table known'}: ${size} | lock: ${lock} | ${work} | online: ${online}`;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en-US')} MB`;
}

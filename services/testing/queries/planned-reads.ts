import type { Knex } from 'knex';
import { z } from 'zod';
import { openTestDatabase } from '../test-database.ts';
import { putKnownRows } from './known-rows.ts';
import type { StoreOperation } from './store-operation.ts';

/** How SQLite reads a table. */
export interface PlannedRead {
  /** As the query calls it. */
  table: string;
  isScan: boolean;
  /** Undefined where it reads the table itself, by its row numbers. */
  index: string | undefined;
}

/** How SQLite plans each operation, with all its queries together, by its purpose. */
export async function plannedReads(
  operations: readonly StoreOperation[],
): Promise<ReadonlyMap<string, readonly PlannedRead[]>> {
  const reads = new Map<string, readonly PlannedRead[]>();
  const { db, close } = await openTestDatabase();
  try {
    for (const operation of operations) {
      if (operation.only === 'SQL Server') continue;
      await putKnownRows(db);
      const asked: { sql: string; bindings?: readonly Knex.RawBinding[] }[] = [];
      const note = (query: (typeof asked)[number]) => void asked.push(query);
      db.on('query', note);
      await operation.run(db);
      db.removeListener('query', note);
      const plans = [];
      for (const query of asked) plans.push(...(await planOf(db, query)));
      reads.set(operation.purpose, plans);
    }
    return reads;
  } finally {
    await close();
  }
}

const planRows = z.array(z.object({ detail: z.string() }));
const READ = /^(SCAN|SEARCH) (?!CONSTANT ROW)(\w+)(?: USING (?:COVERING )?INDEX (\w+))?/;

async function planOf(
  db: Knex,
  { sql, bindings = [] }: { sql: string; bindings?: readonly Knex.RawBinding[] },
): Promise<PlannedRead[]> {
  if (!/^(select|update|delete)\b/i.test(sql)) return [];
  const rows = planRows.parse(await db.raw(`explain query plan ${sql}`, bindings));
  return rows.flatMap(({ detail }) => {
    const [, way, table, index] = READ.exec(detail) ?? [];
    return table === undefined ? [] : [{ table, isScan: way === 'SCAN', index }];
  });
}

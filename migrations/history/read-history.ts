import { instantColumn, integerColumn } from '@ordercast/platform/column.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import { APPLIED_TABLE, HISTORY_TABLE } from './history-tables.ts';
import type { HistoryRow } from './history-row.ts';
import type { History } from './step-state.ts';

const historyRow = z
  .object({
    id: integerColumn,
    version: z.string(),
    name: z.string(),
    direction: z.enum(['up', 'down', 'baseline', 'repair']),
    checksum: z.string().nullable(),
    outcome: z.enum(['started', 'done', 'failed']),
    items_done: integerColumn,
    item_cursor: z.string().nullable(),
    started_at: instantColumn,
    duration_ms: integerColumn.nullable(),
    done_by: z.string().nullable(),
    done_from: z.string().nullable(),
    error: z.string().nullable(),
    // A history that nobody has migrated since they came lacks these two.
    statements_checksum: z.string().nullish(),
    statements: z.string().nullish(),
  })
  .transform(
    ({
      items_done,
      item_cursor,
      started_at,
      duration_ms,
      done_by,
      done_from,
      statements_checksum,
      ...row
    }): HistoryRow => ({
      ...row,
      statements: row.statements ?? null,
      statementsChecksum: statements_checksum ?? null,
      itemsDone: items_done,
      itemCursor: item_cursor,
      startedAt: started_at,
      durationMs: duration_ms,
      by: done_by,
      from: done_from,
    }),
  );

/** Somebody has changed the table of the history, or its rows, by hand. */
export class HistoryDamaged extends Error {
  override name = 'HistoryDamaged';

  constructor(columns: readonly string[]) {
    super(
      `The history of this database cannot be read: in ${HISTORY_TABLE} the columns ${columns.join(', ')} are missing or hold what ` +
        'does not belong there, so somebody has changed it by hand. Nothing was changed. Put them back, from a backup if need be: ' +
        '"plan" without a database prints the statement that makes the table.',
    );
  }
}

/** Reads what a database remembers; nothing where it was never migrated. Throws {@link HistoryDamaged}. */
export async function readHistory(
  db: Knex,
  hasTable: (name: string) => Promise<boolean>,
): Promise<History> {
  const appliedNames = (await hasTable(APPLIED_TABLE))
    ? await db(APPLIED_TABLE).orderBy('id').pluck<string[]>('name')
    : [];
  const rows: unknown[] = (await hasTable(HISTORY_TABLE))
    ? await db(HISTORY_TABLE).orderBy('id').select()
    : [];
  return { appliedNames, rows: rows.map(parseRow) };
}

/** Throws {@link HistoryDamaged}. */
function parseRow(row: unknown): HistoryRow {
  const result = historyRow.safeParse(row);
  if (result.success) return result.data;
  throw new HistoryDamaged([...new Set(result.error.issues.map(({ path }) => path.join('.')))]);
}

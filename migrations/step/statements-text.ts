import { z } from 'zod';
import type { RecordedItem } from './recorded-item.ts';

const backfill = z.object({
  table: z.string(),
  key: z.string(),
  keyType: z.string(),
  set: z.string(),
  where: z.string().optional(),
  batch: z.number(),
});
const items = z.array(
  z.union([
    z.object({ kind: z.literal('statement'), sql: z.string() }),
    z.object({ kind: z.literal('backfill'), backfill }),
  ]),
);
const recorded = z.tuple([items, items.nullable()]);

/**
 * What both directions do, as one line of JSON, `[up, down]`, which `OPENJSON` reads. A script holds
 * it as a literal, so it has no line break, and no `$(`, which sqlcmd would take for a variable.
 */
export function statementsText({
  up,
  down,
}: {
  up: readonly RecordedItem[];
  down: readonly RecordedItem[] | undefined;
}): string {
  return JSON.stringify([up, down ?? null]).replaceAll('$(', '\\u0024(');
}

/** What {@link statementsText} has written; undefined where it is something else. */
export function recordedItems(
  text: string,
): { up: RecordedItem[]; down: RecordedItem[] | undefined } | undefined {
  const read = recorded.safeParse(parsed(text));
  if (!read.success) return undefined;
  const [up, down] = read.data;
  return { up, down: down ?? undefined };
}

/** The same as lines for a reader; undefined where it is not what {@link statementsText} writes. */
export function statementLines(text: string): string[] | undefined {
  const read = recordedItems(text);
  return read && [...linesOf('up', read.up), ...linesOf('down', read.down)];
}

function linesOf(direction: string, list: readonly RecordedItem[] | undefined): string[] {
  if (list === undefined) return [`-- no ${direction}`];
  return [
    `-- ${direction}`,
    ...list.flatMap((item) =>
      item.kind === 'statement'
        ? item.sql.split(/\r?\n/)
        : [`-- backfill ${JSON.stringify(item.backfill)}`],
    ),
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { progressOf } from '../history/progress.ts';
import { parseStatement } from '../schema/parse-statement.ts';
import type { Statement } from '../schema/statement.ts';
import type { RecordedItem } from '../step/recorded-item.ts';
import type { CommandContext } from './command-context.ts';
import type { Undoing } from './select-steps.ts';

type Target = Pick<CommandContext['target'], 'rowCount' | 'goesOnInParts'>;

/**
 * What is lost where these steps are undone, for whoever decides it: line by line each table, column,
 * index and constraint that goes, with the rows of a table and the values of a column that are there now.
 */
export async function whatGoes(
  { target, databaseName }: { target: Target; databaseName: string },
  { steps, staying, begun }: Undoing,
): Promise<string[]> {
  if (steps.length === 0) return ['Nothing to undo.', ...whatStays(staying)];
  const lines = [`To be undone in ${databaseName}, in this order:`];
  for (const step of steps) {
    const state = target.goesOnInParts ? begun.find((one) => one.step === step) : undefined;
    lines.push(state === undefined ? step.name : `${step.name} (${progressOf(state)} are undone)`);
    const left = step.down?.slice(state?.last?.itemsDone ?? 0) ?? [];
    for (const item of left) lines.push(...(await linesOf(item, target)));
  }
  return [...lines, ...whatStays(staying)];
}

function whatStays(staying: Undoing['staying']): string[] {
  if (staying.length === 0) return [];
  const names = staying.map(({ name }) => name).join(', ');
  return [`Stays, since it was applied before, though its version is higher: ${names}`];
}

async function linesOf(item: RecordedItem, target: Target): Promise<string[]> {
  if (item.kind === 'backfill') {
    const { table, set, where } = item.backfill;
    const rows = where === undefined ? await rowsOf(table, target) : ` where ${shortened(where)}`;
    return [`  rows of ${table} change: ${shortened(set)}${rows}`];
  }
  return linesOfStatement(parseStatement(item.sql), target);
}

/** Nothing for a statement that only adds. */
async function linesOfStatement(statement: Statement, target: Target): Promise<string[]> {
  switch (statement.kind) {
    case 'drop-table':
      return [`  table ${statement.table}${await rowsOf(statement.table, target)}`];
    case 'drop-columns': {
      const { table, columns } = statement;
      return Promise.all(
        columns.map(
          async (column) => `  column ${table}.${column}${await valuesOf(table, column, target)}`,
        ),
      );
    }
    case 'alter-column': {
      const { table, column } = statement;
      const rows = await rowsOf(table, target);
      return [`  column ${table}.${column.name} becomes ${column.type}${rows}`];
    }
    case 'drop-index':
      return [`  index ${statement.name} of ${statement.table}`];
    case 'drop-constraint':
      return [`  constraint ${statement.name} of ${statement.table}`];
    case 'drop-default':
      return [`  default of ${statement.table}.${statement.column}`];
    case 'drop-module':
    case 'drop-object':
      return [`  ${statement.name}`];
    case 'data': {
      // Which of its rows a statement finds is not asked, and how many the table has says something else.
      return HARMLESS.includes(statement.verb)
        ? []
        : [`  rows change: ${shortened(statement.sql)}`];
    }
    case 'unreadable':
      return [`  nobody can tell what: ${shortened(statement.sql)}`];
    default:
      return [];
  }
}

const HARMLESS: readonly string[] = [
  'GRANT',
  'DENY',
  'REVOKE',
  'SET',
  'PRINT',
  'SELECT',
  'WAITFOR',
];

async function rowsOf(table: string, target: Target): Promise<string> {
  const rows = await target.rowCount(table);
  if (rows === undefined) return ' (its rows could not be counted)';
  return rows === 1 ? ' (1 row)' : ` (${rows} rows)`;
}

async function valuesOf(table: string, column: string, target: Target): Promise<string> {
  const values = await target.rowCount(table, column);
  if (values === undefined) return ' (its values could not be counted)';
  return values === 1 ? ' (1 value)' : ` (${values} values)`;
}

function shortened(sql: string): string {
  const line = sql.replaceAll(/\s+/g, ' ').trim();
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}

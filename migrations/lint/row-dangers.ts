import type { Backfill } from '../step/recorded-item.ts';
import { parseType } from '../schema/parse-table.ts';
import { key, sameName } from '../schema/schema-model.ts';
import type { TableModel } from '../schema/schema-model.ts';
import type { Statement } from '../schema/statement.ts';
import { TokenReader } from '../schema/token-reader.ts';
import { parseStatement } from '../schema/parse-statement.ts';
import { missingIn } from './column-names.ts';
import { sizeOfType } from './data-type.ts';
import type { Danger } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { narrowingOf } from './narrowing.ts';
import { serverDangers } from './server-dangers.ts';

/** Below 5,000 locks, where SQL Server may lock the whole table instead ("Lock escalation"). */
const FEW_ROWS = 4_000;

/** What is dangerous in how a statement changes rows. */
export function rowDangers(statement: Statement, context: LintContext): Danger[] {
  if (statement.kind !== 'data' || statement.rows === undefined) return [];
  const { verb, table = '', rows } = statement;
  const { schema, isOld } = context;
  const dangers: Danger[] = [];
  const isMade = verb === 'SELECT INTO';
  if (isMade) {
    dangers.push({
      rule: 'unreadable-statement',
      message: `SELECT INTO makes the table ${table}, whose columns only the server knows`,
    });
  } else if (!schema.tables.has(key(table)) && !schema.modules.has(key(table))) {
    dangers.push({ rule: 'does-not-apply', message: `there is no table ${table} to ${verb}` });
  }
  const isCopy = isMade || verb === 'INSERT';
  const old = [...(isCopy ? [] : [table]), ...rows.reads].filter((one) => isOld(one));
  const isFew = rows.atMost !== undefined && rows.atMost <= FEW_ROWS;
  if (old.length > 0 && !isFew) {
    const what = isCopy
      ? `${verb} copies rows of ${old.join(', ')} to ${table}`
      : `${verb} changes rows of ${isOld(table) ? table : old.join(', ')}`;
    dangers.push({ rule: 'unbatched-update', message: `${what} in one transaction` });
  }
  return dangers;
}

/** What is wrong with a backfill: its table, the column by which it walks, its type, and what it assigns. */
export function backfillDangers(
  backfill: Backfill,
  sql: string,
  { schema }: LintContext,
): Danger[] {
  const { table, key: column } = backfill;
  const model = schema.tables.get(key(table));
  if (model === undefined) {
    return [{ rule: 'does-not-apply', message: `there is no table ${table} to fill` }];
  }
  const statement = parseStatement(sql);
  return [
    ...serverDangers(statement),
    ...(statement.kind === 'unreadable'
      ? [
          {
            rule: 'unreadable-statement' as const,
            message: `the backfill of ${table}: ${statement.reason}`,
          },
        ]
      : []),
    ...keyTypeDangers(model, backfill),
    ...missingIn(model, [column]).map((name): Danger => ({
      rule: 'missing-column',
      message: `the backfill of ${table} walks along ${name}, which is no column of it`,
    })),
  ];
}

/** Types by the name of the one that holds exactly their values: a datetime counts in 1/300 s. */
const HELD_BY: ReadonlyMap<string, string> = new Map([
  ['datetime', 'datetime2(7)'],
  ['sysname', 'nvarchar(128)'],
]);

/** Nothing where the steps do not tell the column's type: it is computed, or of a type of one's own. */
function keyTypeDangers(table: TableModel, { key: column, keyType }: Backfill): Danger[] {
  const type = table.columns.find(({ name }) => sameName(name, column))?.type ?? '';
  if (sizeOfType(type) === undefined) return [];
  const before = { type: HELD_BY.get(type) ?? type, collation: undefined };
  const after = { type: parseType(new TokenReader(keyType)), collation: undefined };
  if (narrowingOf(before, after) === undefined) return [];
  return [
    {
      rule: 'backfill-key-type',
      message: `the backfill of ${table.name} walks along ${column} as ${keyType}, and it is ${type}`,
    },
  ];
}

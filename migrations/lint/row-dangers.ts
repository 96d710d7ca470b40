import type { Backfill } from '../step/recorded-item.ts';
import { key } from '../schema/schema-model.ts';
import type { Statement } from '../schema/statement.ts';
import { parseStatement } from '../schema/parse-statement.ts';
import { missingIn } from './column-names.ts';
import type { Danger } from './finding.ts';
import type { LintContext } from './lint-context.ts';
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

/** What is wrong with a backfill: its table, the column by which it walks, and what it assigns. */
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
    ...missingIn(model, [column]).map((name): Danger => ({
      rule: 'missing-column',
      message: `the backfill of ${table} walks along ${name}, which is no column of it`,
    })),
  ];
}

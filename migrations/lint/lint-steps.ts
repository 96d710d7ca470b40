import { applyStatement } from '../schema/apply-statement.ts';
import { compareSchemas, describeDifference } from '../schema/compare-schemas.ts';
import { parseStatement } from '../schema/parse-statement.ts';
import { EMPTY_SCHEMA, key } from '../schema/schema-model.ts';
import type { SchemaModel } from '../schema/schema-model.ts';
import type { Statement } from '../schema/statement.ts';
import type { RecordedItem } from '../step/recorded-item.ts';
import type { Direction, Step } from '../step/step.ts';
import { unusedAllowances } from './allowances.ts';
import { disabledIndexDangers } from './disabled-index.ts';
import { failingDangers } from './failing-dangers.ts';
import type { Danger, Finding } from './finding.ts';
import type { LintContext } from './lint-context.ts';
import { LINT_RULES } from './lint-rules.ts';
import { lineOf } from './line-of.ts';
import { backfillDangers, rowDangers } from './row-dangers.ts';
import { schemaDangers } from './schema-dangers.ts';
import { serverDangers } from './server-dangers.ts';
import { tableDangers } from './table-dangers.ts';
import { untrustedConstraints } from './untrusted-constraints.ts';

/** A danger with where it comes from. */
interface Located extends Danger {
  direction: Direction;
  /** Undefined: it comes from the step as a whole. */
  sql: string | undefined;
}

/**
 * The dangers of every step, each judged on the schema that the steps before it leave. `textOf` gives a
 * step's file, by which each is found in it.
 */
export function lintSteps(
  steps: readonly Step[],
  textOf: (step: Step) => string | undefined = () => undefined,
): Finding[] {
  const untrusted = untrustedConstraints(steps);
  let schema = EMPTY_SCHEMA;
  return steps.flatMap((step) => {
    const { dangers, after } = lintStep(step, schema);
    schema = after;
    const found = [...dangers, ...asWhole(untrusted(step))];
    const all = [...found, ...asWhole(unusedAllowances(step, found))];
    return all.map((one) => toFinding(one, step, textOf(step)));
  });
}

function toFinding(
  { rule, message, direction, sql }: Located,
  step: Step,
  text: string | undefined,
): Finding {
  const reason = step.allowed.find((one) => one.rule === rule)?.reason;
  const line = text === undefined ? undefined : lineOf({ message, direction, sql }, text);
  return {
    rule,
    severity: reason === undefined ? 'danger' : 'allowed',
    ...(reason !== undefined && { reason }),
    step: step.name,
    ...(line !== undefined && { line }),
    message: direction === 'down' && rule !== 'missing-down' ? `in down: ${message}` : message,
    remedy: LINT_RULES[rule].remedy,
  };
}

function asWhole(dangers: readonly Danger[], direction: Direction = 'up'): Located[] {
  return dangers.map((danger) => ({ ...danger, direction, sql: undefined }));
}

function lintStep(step: Step, before: SchemaModel): { dangers: Located[]; after: SchemaModel } {
  const isOld = (table: string) => before.tables.has(key(table));
  const up = walk(step.up, before, (statement, schema) => [
    ...everywhere(statement, { schema, isOld }),
    ...tableDangers(statement, { schema, isOld }),
  ]);
  const dangers = [
    ...up.dangers.map((danger): Located => ({ ...danger, direction: 'up' })),
    ...asWhole(schemaDangers(before, up.after)),
    ...dangersOfDown(step, before, up.after),
  ];
  return { dangers, after: up.after };
}

/** What is dangerous in either direction. */
function everywhere(statement: Statement, context: LintContext): Danger[] {
  return [
    ...serverDangers(statement),
    ...failingDangers(statement, context),
    ...disabledIndexDangers(statement, context),
    ...rowDangers(statement, context),
  ];
}

function walk(
  items: readonly RecordedItem[],
  before: SchemaModel,
  judge: (statement: Statement, schema: SchemaModel) => Danger[],
): { dangers: (Danger & { sql: string | undefined })[]; after: SchemaModel } {
  let schema = before;
  const dangers: (Danger & { sql: string | undefined })[] = [];
  for (const item of items) {
    if (item.kind === 'backfill') {
      const { backfill } = item;
      const where = backfill.where === undefined ? '' : ` WHERE (${backfill.where})`;
      const sql = `UPDATE [${backfill.table}] SET ${backfill.set}${where}`;
      const found = backfillDangers(backfill, sql, { schema, isOld: () => true });
      dangers.push(...found.map((danger) => ({ ...danger, sql })));
      continue;
    }
    const statement = parseStatement(item.sql);
    dangers.push(...judge(statement, schema).map((danger) => ({ ...danger, sql: item.sql })));
    try {
      schema = applyStatement(schema, statement);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      dangers.push({ rule: 'does-not-apply', message, sql: item.sql });
    }
  }
  return { dangers, after: schema };
}

function dangersOfDown(step: Step, before: SchemaModel, after: SchemaModel): Located[] {
  if (step.down === undefined) {
    return asWhole([{ rule: 'missing-down', message: 'there is no down' }]);
  }
  const isOld = (table: string) => before.tables.has(key(table));
  const down = walk(step.down, after, (statement, schema) =>
    statement.kind === 'unreadable'
      ? [{ rule: 'missing-down', message: `its down cannot be read: ${statement.reason}` }]
      : everywhere(statement, { schema, isOld }),
  );
  const left = compareSchemas(before, down.after).differences.map(describeDifference);
  return [
    ...down.dangers.map((danger): Located => ({ ...danger, direction: 'down' })),
    ...(left.length === 0
      ? []
      : asWhole(
          [
            {
              rule: 'missing-down',
              message: `after up and down the schema is another: ${left.join('; ')}`,
            },
          ],
          'down',
        )),
  ];
}

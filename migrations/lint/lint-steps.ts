import { applyStatement } from '../schema/apply-statement.ts';
import { compareSchemas, describeDifference } from '../schema/compare-schemas.ts';
import { statementsOf } from '../schema/expected-schema.ts';
import { EMPTY_SCHEMA, key } from '../schema/schema-model.ts';
import type { SchemaModel } from '../schema/schema-model.ts';
import type { Statement } from '../schema/statement.ts';
import type { Step } from '../step/step.ts';
import type { Finding, LintRule } from './finding.ts';
import { dangersOf } from './statement-dangers.ts';
import type { Danger } from './statement-dangers.ts';

/** The dangers of every step, each judged on the schema that the steps before it leave. */
export function lintSteps(steps: readonly Step[]): Finding[] {
  const findings: Finding[] = [];
  let schema = EMPTY_SCHEMA;
  for (const step of steps) {
    const { dangers, after } = lintStep(step, schema);
    schema = after;
    findings.push(
      ...dangers.map((danger): Finding => ({
        ...danger,
        step: step.name,
        severity: step.allowed.includes(danger.rule) ? 'allowed' : 'danger',
      })),
    );
  }
  return findings;
}

function lintStep(step: Step, before: SchemaModel): { dangers: Danger[]; after: SchemaModel } {
  const dangers: Danger[] = [];
  const isOld = (table: string) => before.tables.has(key(table));
  let schema = before;
  for (const statement of statementsOf(step.up)) {
    dangers.push(...dangersOf(statement, schema, isOld));
    schema = applied(schema, statement, dangers);
  }
  dangers.push(...dangersOfDown(step, before, schema));
  return { dangers, after: schema };
}

function dangersOfDown(step: Step, before: SchemaModel, after: SchemaModel): Danger[] {
  if (step.down === undefined) {
    return [missingDown('there is no down', 'Export down(knex) that undoes what up does.')];
  }
  const dangers: Danger[] = [];
  let schema = after;
  for (const statement of statementsOf(step.down)) {
    if (statement.kind === 'unreadable') {
      dangers.push(missingDown(`its down cannot be read: ${statement.reason}`, UNREADABLE_REMEDY));
    }
    schema = applied(schema, statement, dangers);
  }
  const left = compareSchemas(before, schema).differences.map(describeDifference);
  if (left.length > 0) {
    dangers.push(
      missingDown(
        `after up and down the schema is another: ${left.join('; ')}`,
        'Undo in down, in the opposite order, all that up does.',
      ),
    );
  }
  return dangers;
}

const UNREADABLE_REMEDY = 'Write it as plain T-SQL, one statement at a time.';

function missingDown(message: string, remedy: string): Danger {
  return { rule: 'missing-down', message, remedy };
}

function applied(schema: SchemaModel, statement: Statement, dangers: Danger[]): SchemaModel {
  try {
    return applyStatement(schema, statement);
  } catch (error) {
    const rule: LintRule = 'does-not-apply';
    const message = error instanceof Error ? error.message : String(error);
    dangers.push({ rule, message, remedy: 'Look at the steps before it.' });
    return schema;
  }
}

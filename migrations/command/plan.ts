import type { Begun } from '../plan/history-checks.ts';
import { planCosts } from '../plan/plan-costs.ts';
import { planScript } from '../plan/plan-script.ts';
import type { ServerFacts } from '../plan/statement-cost.ts';
import type { Step } from '../step/step.ts';
import { approvalIfAny } from './approval.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';

export interface PlanContext {
  all: readonly Step[];
  lockTimeoutMs: number;
  database: string | undefined;
  /** Whether a step may be done where a later one is already. */
  outOfOrder: boolean;
  /** The attempts that it goes on with though their steps were edited since. */
  begun?: Begun;
  /** Undefined where no server is asked: then nobody can tell what a statement costs. */
  facts?: ServerFacts;
}

/** The exact T-SQL of steps, as one script to read, approve, and run by hand or by `up`. */
export function plan(
  pending: readonly Step[],
  { all, lockTimeoutMs, database, outOfOrder, begun, facts }: PlanContext,
): Report {
  const approval = approvalIfAny(pending, 'up');
  const items = pending.flatMap(({ up }) => up);
  const costs = facts === undefined ? undefined : planCosts(items, facts);
  const sql = planScript(pending, all, {
    direction: 'up',
    lockTimeoutMs,
    approval,
    database,
    outOfOrder,
    ...(begun && { begun }),
    ...(costs && { costs }),
  });
  return {
    exitCode: EXIT.done,
    text: sql.trimEnd(),
    json: {
      approval: approval ?? null,
      database: database ?? null,
      steps: pending.map(({ version, name, checksum, up }) => ({
        version,
        name,
        checksum,
        ...(costs && { statements: up.map((item) => costs.get(item)) }),
      })),
      sql,
    },
  };
}

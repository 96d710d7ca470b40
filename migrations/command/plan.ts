import { planScript } from '../plan/plan-script.ts';
import type { Step } from '../step/step.ts';
import { approvalOf } from './approval.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';

/** The exact T-SQL of steps, as one script to read, approve, and run by hand or by `up`. */
export function plan(
  pending: readonly Step[],
  {
    all,
    lockTimeoutMs,
    outOfOrder,
  }: { all: readonly Step[]; lockTimeoutMs: number; outOfOrder: boolean },
): Report {
  const approval = approvalOf(pending);
  const sql = planScript(pending, all, { direction: 'up', lockTimeoutMs, approval, outOfOrder });
  return {
    exitCode: EXIT.done,
    text: sql.trimEnd(),
    json: {
      approval,
      steps: pending.map(({ version, name, checksum }) => ({ version, name, checksum })),
      sql,
    },
  };
}

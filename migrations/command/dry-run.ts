import { stepStates } from '../history/step-state.ts';
import { approvalLines, planScript } from '../plan/plan-script.ts';
import type { Begun } from '../plan/history-checks.ts';
import { commentLine } from '../plan/script-text.ts';
import type { Direction, Step } from '../step/step.ts';
import { approvalIfAny, assertApproved } from './approval.ts';
import type { MigrateArguments } from './arguments.ts';
import type { CommandContext } from './command-context.ts';
import { undoingOf } from './down.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';
import { pendingSteps } from './pending-steps.ts';
import { begunOf } from './select-steps.ts';
import { whatGoes } from './what-goes.ts';

interface DryRunContext extends CommandContext {
  isServer: boolean;
  serverDatabase: string | undefined;
}

/** What `up` would do: the T-SQL, where the database is a SQL Server. */
export async function dryUp(args: MigrateArguments, context: DryRunContext): Promise<Report> {
  const history = await context.target.history();
  return dryRun(await pendingSteps(context, history, args), 'up', [], args, {
    ...context,
    begun: begunOf(stepStates(context.steps, history)),
  });
}

/** What `down` would undo, and what goes with it. */
export async function dryDown(args: MigrateArguments, context: DryRunContext): Promise<Report> {
  const undoing = await undoingOf(context, args.to);
  return dryRun(undoing.steps, 'down', await whatGoes(context, undoing), args, {
    ...context,
    begun: begunOf(undoing.begun),
  });
}

function dryRun(
  wanted: readonly Step[],
  direction: Direction,
  goes: readonly string[],
  { lockTimeoutMs, approved, outOfOrder, to }: MigrateArguments,
  { steps, isServer, serverDatabase, begun }: DryRunContext & { begun: Begun },
): Report {
  if (approved !== undefined) assertApproved(wanted, direction, { approved, to, outOfOrder });
  const approval = approvalIfAny(wanted, direction);
  const sql = planScript(wanted, steps, {
    direction,
    lockTimeoutMs,
    approval,
    database: serverDatabase,
    outOfOrder,
    begun,
  });
  const would = direction === 'up' ? 'Would apply' : 'Would undo';
  const names = wanted.map(({ name }) => name).join(', ') || 'nothing';
  const text = isServer
    ? [...goes.map(commentLine), sql.trimEnd()]
    : [...goes, `${would} ${wanted.length}: ${names}`, ...approvalLines(approval)];
  return {
    exitCode: EXIT.done,
    text: text.join('\n'),
    json: {
      direction,
      approval: approval ?? null,
      steps: wanted.map(({ version, name }) => ({ version, name })),
      ...(direction === 'down' && { goes }),
      ...(isServer && { sql }),
    },
  };
}

import type { ConfiguredDatabase } from '@ordercast/platform/configured-database.ts';
import { dialectOf } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { planScript } from '../plan/plan-script.ts';
import { loadSteps } from '../step/load-steps.ts';
import type { Direction, Step } from '../step/step.ts';
import type { MigrationTarget } from '../target/migration-target.ts';
import { openTarget } from '../target/open-target.ts';
import { approvalOf } from './approval.ts';
import type { MigrateArguments } from './arguments.ts';
import { baseline } from './baseline.ts';
import { bootstrap } from './bootstrap.ts';
import type { Passwords } from './bootstrap.ts';
import { down } from './down.ts';
import { EXIT } from './exit-code.ts';
import { lint } from './lint.ts';
import { newStep } from './new-step.ts';
import { plan } from './plan.ts';
import { repair } from './repair.ts';
import { Refused } from './report.ts';
import type { Report } from './report.ts';
import { stepsToApply, stepsToUndo } from './select-steps.ts';
import { status } from './status.ts';
import { unlock } from './unlock.ts';
import { up } from './up.ts';
import { verify } from './verify.ts';

export interface CommandRuntime {
  /** Undefined for commands that need none. */
  database: ConfiguredDatabase | undefined;
  /** Folder of the steps. */
  directory: string;
  passwords: Passwords;
  progress: (line: string) => void;
  /** Epoch milliseconds. */
  clock: () => number;
  monotonicClock: () => number;
}

/** Runs one command of the command line and gives back its answer. */
export async function runCommand(args: MigrateArguments, runtime: CommandRuntime): Promise<Report> {
  if (args.command === 'new') {
    return newStep(args.operand, { directory: runtime.directory, now: runtime.clock() });
  }
  if (args.command === 'bootstrap') return runBootstrap(args, runtime);
  const steps = await loadSteps(runtime.directory);
  if (args.command === 'lint') return lint(steps);
  if (runtime.database === undefined) {
    // Only plan comes without one: all the steps, each of which looks whether it is done.
    return plan(stepsToApply(steps, NO_HISTORY, args), { all: steps, ...args });
  }
  const db = runtime.database.open({
    poolMax: 1,
    // A step takes as long as it takes; what may not take long is the wait for a lock.
    requestTimeoutMs: 0,
    lockTimeoutMs: args.lockTimeoutMs,
    appName: 'ordercast-migrate',
  });
  const target = openTarget(db, { lockTimeoutMs: args.lockTimeoutMs, clock: runtime.clock });
  try {
    return await runOnTarget(args, { ...runtime, steps, target, db });
  } finally {
    await target.close();
  }
}

const NO_HISTORY = { appliedNames: [], rows: [] };

async function runOnTarget(
  args: MigrateArguments,
  context: CommandRuntime & { steps: readonly Step[]; target: MigrationTarget; db: Knex },
): Promise<Report> {
  const { steps, target } = context;
  switch (args.command) {
    case 'status':
      return status(context);
    case 'plan':
      return plan(stepsToApply(steps, await target.history(), args), { all: steps, ...args });
    case 'up':
      return args.dryRun
        ? dryRun(stepsToApply(steps, await target.history(), args), 'up', args, context)
        : up(context, args);
    case 'down':
      return args.dryRun
        ? dryRun(stepsToUndo(steps, await target.history(), args.to), 'down', args, context)
        : down(context, args);
    case 'verify':
      return verify(context, args);
    case 'baseline':
      return baseline(context, args);
    case 'repair':
      return repair(context, args);
    case 'unlock':
      return unlock(context);
    default:
      throw new Refused(EXIT.usage, `${args.command} does not work on a database.`);
  }
}

function dryRun(
  wanted: readonly Step[],
  direction: Direction,
  { lockTimeoutMs, outOfOrder }: MigrateArguments,
  { steps, db }: { steps: readonly Step[]; db: Knex },
): Report {
  const approval = approvalOf(wanted);
  const sql = planScript(wanted, steps, { direction, lockTimeoutMs, approval, outOfOrder });
  const isServer = dialectOf(db) === 'mssql';
  return {
    exitCode: EXIT.done,
    text: isServer
      ? sql.trimEnd()
      : `Would ${direction}: ${wanted.map(({ name }) => name).join(', ') || 'nothing'}`,
    json: {
      direction,
      approval,
      steps: wanted.map(({ version, name }) => ({ version, name })),
      ...(isServer && { sql }),
    },
  };
}

async function runBootstrap(args: MigrateArguments, runtime: CommandRuntime): Promise<Report> {
  const { database } = runtime;
  const name = database?.serverDatabase;
  if (database === undefined || name === undefined) {
    throw new Refused(
      EXIT.usage,
      'bootstrap is for SQL Server: set DATABASE_URL to mssql://<master login>:<password>@<host>:1433/<new database>. SQLite needs none.',
    );
  }
  return bootstrap(
    { database: name, migrator: args.migrator, app: args.app },
    {
      passwords: runtime.passwords,
      dryRun: args.dryRun,
      open: (options) => database.open(options),
    },
  );
}

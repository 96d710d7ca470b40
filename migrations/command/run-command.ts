import type { ConfiguredDatabase } from '@ordercast/platform/configured-database.ts';
import { dialectOf } from '@ordercast/platform/database.ts';
import type { Knex } from 'knex';
import { stepStates } from '../history/step-state.ts';
import { readServerFacts } from '../plan/read-server-facts.ts';
import { withoutBookkeeping } from '../schema/without-bookkeeping.ts';
import { loadSteps } from '../step/load-steps.ts';
import { openTarget } from '../target/open-target.ts';
import type { MigrateArguments } from './arguments.ts';
import { assertOwnDatabase } from './own-database.ts';
import { baseline } from './baseline.ts';
import { bootstrap } from './bootstrap.ts';
import type { Environment } from './bootstrap.ts';
import { bootstrapLogins } from './bootstrap-logins.ts';
import type { CommandContext } from './command-context.ts';
import { down } from './down.ts';
import { dryDown, dryUp } from './dry-run.ts';
import { databaseNameOf, handleFor } from './embedded-file.ts';
import { EXIT } from './exit-code.ts';
import { forget } from './forget.ts';
import { lint } from './lint.ts';
import { newStep } from './new-step.ts';
import { plan } from './plan.ts';
import { repair } from './repair.ts';
import { Refused } from './report.ts';
import type { Report } from './report.ts';
import { pendingSteps } from './pending-steps.ts';
import { begunOf, stepsToApply } from './select-steps.ts';
import { assertFolder, assertSteps } from './step-folder.ts';
import { status } from './status.ts';
import { unlock } from './unlock.ts';
import { up } from './up.ts';
import { verify } from './verify.ts';

export interface CommandRuntime {
  /** Undefined for commands that need none. */
  database: ConfiguredDatabase | undefined;
  /** Folder of the steps. */
  directory: string;
  /** Where the passwords of new logins come from. */
  environment: Environment;
  /** Asks whoever is at the terminal; undefined where nobody is. */
  confirm: ((question: string) => Promise<string>) | undefined;
  progress: (line: string) => void;
  /** Epoch milliseconds. */
  clock: () => number;
  monotonicClock: () => number;
}

/** Runs one command of the command line and gives back its answer. */
export async function runCommand(args: MigrateArguments, runtime: CommandRuntime): Promise<Report> {
  assertOwnDatabase(runtime.database?.serverDatabase ?? args.database);
  if (args.command === 'new') {
    assertFolder(runtime.directory);
    return newStep(args.operand, { ...args, directory: runtime.directory, now: runtime.clock() });
  }
  if (args.command === 'bootstrap') return runBootstrap(args, runtime);
  assertFolder(runtime.directory);
  const steps = await loadSteps(runtime.directory);
  // The last step of all may be gone for good.
  if (args.command !== 'repair') assertSteps(steps, runtime.directory);
  if (args.command === 'lint') return lint(steps, { ...args, directory: runtime.directory });
  if (runtime.database === undefined) {
    // Only plan comes without one: all the steps, each of which looks whether it is done.
    return plan(stepsToApply(steps, NO_HISTORY, args), { all: steps, ...args });
  }
  const { serverDatabase } = runtime.database;
  if (args.database !== undefined && args.database !== serverDatabase) {
    throw new Refused(
      EXIT.usage,
      `--database ${args.database} is not the database that DATABASE_URL names (${serverDatabase ?? 'a file'}), and what is pending there may be other steps: leave --database out, or DATABASE_URL.`,
    );
  }
  const db = handleFor(
    args,
    runtime.database,
  )({
    poolMax: 1,
    // A step takes as long as it takes; what may not take long is the wait for a lock.
    requestTimeoutMs: 0,
    lockTimeoutMs: args.lockTimeoutMs,
    appName: 'ordercast-migrate',
  });
  const target = openTarget(db, { lockTimeoutMs: args.lockTimeoutMs, clock: runtime.clock });
  try {
    return await runOnTarget(args, {
      ...runtime,
      steps,
      target,
      isServer: dialectOf(db) === 'mssql',
      serverDatabase,
      db,
      databaseName: databaseNameOf(runtime.database),
    });
  } finally {
    await target.close();
  }
}

const NO_HISTORY = { appliedNames: [], rows: [] };

async function runOnTarget(
  args: MigrateArguments,
  context: CommandContext & {
    isServer: boolean;
    serverDatabase: string | undefined;
    db: Knex;
  },
): Promise<Report> {
  const { steps, target } = context;
  switch (args.command) {
    case 'status':
      return status(context);
    case 'plan': {
      const history = await target.history();
      return plan(await pendingSteps(context, history, args), {
        all: steps,
        begun: begunOf(stepStates(steps, history)),
        lockTimeoutMs: args.lockTimeoutMs,
        database: context.serverDatabase,
        outOfOrder: args.outOfOrder,
        ...(context.isServer && {
          facts: await readServerFacts(context.db, async () =>
            withoutBookkeeping(await target.catalogue()),
          ),
        }),
      });
    }
    case 'up':
      return args.dryRun ? dryUp(args, context) : up(context, args);
    case 'down':
      return args.dryRun ? dryDown(args, context) : down(context, args);
    case 'verify':
      return verify(context, args);
    case 'baseline':
      // The command line was refused where it names no step.
      return baseline(context, { ...args, to: args.to ?? '' });
    case 'repair':
      return args.forget === undefined
        ? repair(context, args)
        : forget(context, { ...args, names: args.forget });
    case 'unlock':
      return unlock(context, args);
    default:
      throw new Refused(EXIT.usage, `${args.command} does not work on a database.`);
  }
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
  const { dryRun, resetPasswords, endSessions } = args;
  const logins = bootstrapLogins(name, args.logins, database.serverUser);
  return bootstrap(
    { database: name, logins, resetPasswords, endSessions },
    {
      environment: runtime.environment,
      dryRun,
      open: (options) => database.open(options),
      progress: runtime.progress,
    },
  );
}

import { z } from 'zod';
import { BOOTSTRAPPED, answerOf } from './catalogue-server.ts';
import { startMigratingServer } from './migrating-server.ts';
import type { MigratingServer } from './migrating-server.ts';
import { runHere } from './run-here.ts';
import { openStepFolder } from './step-files.ts';
import type { StepFolder } from './step-files.ts';

export interface StepServer extends Omit<MigratingServer, 'executed'> {
  steps: StepFolder;
  migrate: (...args: readonly string[]) => Promise<{ code: number; out: string }>;
  /** `<name> <status>` of each step. */
  statuses: () => Promise<string[]>;
  query: (sql: string) => Record<string, unknown>[];
  /** What steps had executed since this was asked last. */
  executed: () => string[];
}

const statusSchema = z.object({
  steps: z.array(z.object({ name: z.string(), status: z.string() })),
});

/**
 * A SQL Server with a folder of steps of a test's own, which may change rows of the table `t`. Its
 * catalogue is that of a database in which nothing is: what is tested here are steps and their history, not the schema.
 */
export async function openStepServer(): Promise<StepServer> {
  const server = await startMigratingServer((sql, answer) =>
    sql.includes(' sys.') ? answerOf(BOOTSTRAPPED, sql) : answer(),
  );
  const steps = await openStepFolder();
  server.database.exec('create table t (n int)');
  const migrate: StepServer['migrate'] = (...args) =>
    runHere(args, { directory: steps.path, url: server.url });
  return {
    ...server,
    steps,
    migrate,
    statuses: async () => {
      const { out } = await migrate('status', '--json');
      const read = statusSchema.parse(JSON.parse(out));
      return read.steps.map(({ name, status }) => `${name} ${status}`);
    },
    query: (sql) =>
      server.database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row })),
    executed: () => server.executed.splice(0),
    close: async () => {
      await server.close();
      await steps.remove();
    },
  };
}

import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { Answer } from '@ordercast/platform/testing/tds/tds-server.ts';
import { BatchFailed, openBatchRunner } from './batch-runner.ts';
import type { BatchRunner } from './batch-runner.ts';

export interface MigratingServer extends BatchRunner {
  url: string;
  close: () => Promise<void>;
}

/** Called for each request instead of answering it; `answer` runs it and gives what it comes to. */
export type Interference = (sql: string, answer: () => Answer) => Answer;

/** A SQL Server, on a real socket, on which steps are applied; `interfere` makes its faults. */
export async function startMigratingServer(
  interfere: Interference = (_sql, answer) => answer(),
): Promise<MigratingServer> {
  const runner = openBatchRunner();
  const answer = (sql: string, session: number, values: readonly unknown[]): Answer => {
    if (sql.startsWith('select object_id')) return { rows: [{ id: 1 }] };
    try {
      return { rows: runner.run(sql, session, values) };
    } catch (error) {
      if (!(error instanceof BatchFailed)) throw error;
      return { error: { number: 50_000, message: error.message } };
    }
  };
  const server = await startTdsServer({
    answer: ({ sql, values }, session) => interfere(sql, () => answer(sql, session, values)),
  });
  return {
    ...runner,
    url: `mssql://dba:hunter2@127.0.0.1:${server.port}/shop?encrypt=false`,
    close: async () => {
      await server.close();
      runner.database.close();
    },
  };
}

import { openDatabase } from '@ordercast/platform/database.ts';
import { SQLSERVER_URL, takeTurn } from '@ordercast/platform/testing/sql-server.ts';
import type { Knex } from 'knex';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { TestContext } from 'vitest';
import { emptyServer } from './empty-server.ts';
import { openStepFolder } from './step-files.ts';
import type { StepFolder } from './step-files.ts';

/** The server that the suite runs on; empty where none is named, and then its tests are skipped. */
export const LIVE_URL = SQLSERVER_URL ?? '';

/** What the tests of one spec file work with; each of them has a folder of steps of its own. */
export interface LiveServer {
  readonly db: Knex;
  readonly steps: StepFolder;
  /** For what only Microsoft's server shows. */
  skipOnBabelfish: (context: Pick<TestContext, 'skip'>, why: string) => Promise<void>;
}

/** Takes the turn of a spec file at the server, and empties it before each test and after the last. */
export function liveServer(empty: (db: Knex) => Promise<void> = emptyServer): LiveServer {
  let db: Knex;
  let steps: StepFolder;
  let giveBack: () => Promise<void>;
  beforeAll(async () => {
    if (SQLSERVER_URL === undefined) return;
    giveBack = await takeTurn(LIVE_URL);
    db = openDatabase(LIVE_URL, { poolMax: 1, requestTimeoutMs: 120_000 });
  });
  afterAll(async () => {
    if (SQLSERVER_URL === undefined) return;
    await empty(db);
    await db.destroy();
    await giveBack();
  });
  beforeEach(async () => {
    await empty(db);
    steps = await openStepFolder();
  });
  afterEach(() => steps.remove());
  return {
    get db() {
      return db;
    },
    get steps() {
      return steps;
    },
    skipOnBabelfish: async (context, why) => {
      const rows: unknown = await db.raw('select @@version as version');
      if (JSON.stringify(rows).includes('Babelfish')) context.skip(why);
    },
  };
}

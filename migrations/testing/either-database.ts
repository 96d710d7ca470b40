import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@ordercast/platform/database.ts';
import { z } from 'zod';
import { startLivingServer } from './living-server.ts';

/** A database that steps are applied to, for what must be so on both kinds. */
export interface TestDatabase {
  url: string;
  /** What a person types as its name. */
  name: string;
  /** Runs a statement beside the command and gives its rows. */
  run: (sql: string) => Promise<unknown[]>;
  close: () => Promise<void>;
}

/** A file of SQLite, which the first `up` makes, and a server on a socket. */
export const EITHER_DATABASE: readonly (readonly [string, () => Promise<TestDatabase>])[] = [
  ['SQLite', openSqliteFile],
  ['SQL Server', openServer],
];

async function openSqliteFile(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'ordercast-either-'));
  const url = `sqlite:${join(folder, 'shop.db')}`;
  return {
    url,
    name: 'shop.db',
    run: async (sql) => {
      const db = openDatabase(url);
      try {
        // A statement without rows is answered by what it changed.
        return z
          .array(z.unknown())
          .catch([])
          .parse(await db.raw(sql));
      } finally {
        await db.destroy();
      }
    },
    close: () => rm(folder, { recursive: true }),
  };
}

async function openServer(): Promise<TestDatabase> {
  const server = await startLivingServer();
  return {
    url: server.url,
    name: 'shop',
    run: (sql) => Promise.resolve(server.database.prepare(sql).all()),
    close: server.close,
  };
}

import { openDatabase } from '@ordercast/platform/database.ts';
import { SQLSERVER_URL, takeTurn } from '@ordercast/platform/testing/sql-server.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runMigrate } from '../testing/run-migrate.ts';

const DATABASE = 'ordercast_bootstrap_test';
const MIGRATOR = { user: 'ordercast_test_migrator', password: "Mig'rator-ü-1" };
const APP = { user: 'ordercast_test_app', password: 'App-$ecret-%1' };

/** The same server with another database and, if given, another login. */
function urlOf(database: string, login?: { user: string; password: string }): string {
  const url = new URL(SQLSERVER_URL ?? '');
  url.pathname = `/${database}`;
  if (login !== undefined) {
    url.username = encodeURIComponent(login.user);
    url.password = encodeURIComponent(login.password);
  }
  return url.href;
}

async function onMaster(...statements: readonly string[]): Promise<void> {
  const db = openDatabase(urlOf('master'), { poolMax: 1 });
  try {
    for (const sql of statements) await db.raw(sql);
  } finally {
    await db.destroy();
  }
}

const versionRow = z.tuple([z.object({ version: z.string() })]);

async function isRealServer(): Promise<boolean> {
  const db = openDatabase(SQLSERVER_URL ?? '', { poolMax: 1 });
  try {
    const rows: unknown = await db.raw('select @@version as version');
    return !versionRow.parse(rows)[0].version.includes('Babelfish');
  } finally {
    await db.destroy();
  }
}

describe.runIf(SQLSERVER_URL !== undefined)('bootstrap on SQL Server', () => {
  it('makes a database with row versioning, a login that migrates and one that only runs', async (context) => {
    if (!(await isRealServer())) {
      context.skip('Rights on a database, and its settings, are what only SQL Server itself has.');
    }
    const giveBack = await takeTurn(SQLSERVER_URL ?? '');
    const clean = () =>
      onMaster(
        `if db_id('${DATABASE}') is not null exec ('alter database [${DATABASE}] set single_user with rollback immediate; drop database [${DATABASE}]')`,
        ...[MIGRATOR, APP].map(
          ({ user }) => `if suser_id('${user}') is not null drop login [${user}]`,
        ),
      );
    await clean();
    try {
      const args = ['bootstrap', '--migrator', MIGRATOR.user, '--app', APP.user];
      const env = {
        DATABASE_URL: urlOf(DATABASE),
        MIGRATOR_PASSWORD: MIGRATOR.password,
        APP_PASSWORD: APP.password,
      };
      for (const time of ['first', 'again']) {
        expect([time, (await runMigrate(args, env)).code]).toEqual([time, 0]);
      }
      const asMigrator = { DATABASE_URL: urlOf(DATABASE, MIGRATOR) };
      expect((await runMigrate(['up'], asMigrator)).code).toBe(0);
      expect((await runMigrate(['verify'], asMigrator)).code).toBe(0);
      const asApp = { DATABASE_URL: urlOf(DATABASE, APP) };
      expect((await runMigrate(['status'], asApp)).out).toContain('0 pending');
      const refused = await runMigrate(['down'], asApp);
      expect(refused.code).toBe(5);
      expect(refused.err).toContain('lacks a right');
      const db = openDatabase(urlOf(DATABASE, APP), { poolMax: 1 });
      try {
        expect(await db('products').select()).toEqual([]);
        await expect(db.raw('create table hand (id int)')).rejects.toThrow(/permission/i);
        await expect(db('knex_migrations').del()).rejects.toThrow(/permission/i);
        const rows: unknown = await db.raw(
          'select is_read_committed_snapshot_on as rcsi, snapshot_isolation_state as snapshot from sys.databases where name = ?',
          [DATABASE],
        );
        expect(rows).toEqual([{ rcsi: true, snapshot: 1 }]);
      } finally {
        await db.destroy();
      }
    } finally {
      await clean();
      await giveBack();
    }
  });
});

import { MIGRATION_SETTINGS } from '@ordercast/migrations/migrate.ts';
import { parseDatabaseUrl } from '@ordercast/platform/database-url.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { takeTurn } from '@ordercast/platform/testing/sql-server.ts';
import { z } from 'zod';
import { startWire } from './cuttable-wire.ts';
import { changeSecret, readSecret } from './deployed-secret.ts';
import type { DeployedResource } from './deploy.ts';
import { addProduct } from './stage-database.ts';
import type { StageDatabase } from './stage-database.ts';
import type { Account } from './stand-in-account.ts';

/** As `DATABASE_NAME` of the templates. */
const DATABASE = 'ordercast';
const ROLES = ['migrator', 'app', 'reports'] as const;
const APP = `${DATABASE}_app`;
const APP_RIGHTS = 'select, insert, update, delete';

/**
 * A server that speaks TDS with TLS, by `mssql://…?ca=<file>`: the secrets as they are deployed, but for its address and the
 * master login, name it; the tasks `bootstrap` and `migrate` make what the services need. Rejects where the
 * server has a database of that name, which would be lost: it is dropped in the end.
 */
export async function serverDatabase(url: string): Promise<StageDatabase> {
  const address = parseDatabaseUrl(url);
  const caFile = new URL(url).searchParams.get('ca');
  if (address.kind !== 'mssql' || caFile === null) throw new Error('Name a server with ca=<file>.');
  const giveBack = await takeTurn(url);
  const server = openServer(url);
  if (
    (await server.ask(`select 1 as one from sys.databases where name = '${DATABASE}'`)).length > 0
  ) {
    await giveBack();
    throw new Error(`The server of SQLSERVER_URL has a database "${DATABASE}": take another.`);
  }
  const [{ version = '' } = {}] = await server.ask('select @@version as version');
  const isBabelfish = version.includes('Babelfish');
  const wire = await startWire(address.settings.host, address.settings.port);
  return {
    databaseUrl: () => undefined,
    caFile,
    // Babelfish 4.3 aborts where two sessions ask for one lock of sp_getapplock.
    ...(isBabelfish && { mostTasks: 1 }),
    beforeServices: async ({ runTask, account, resources }) => {
      const { user: username, password } = address.credentials;
      const place = { host: '127.0.0.1', port: wire.port };
      for (const login of await loginSecrets(account, resources)) {
        const isMaster = !('masterarn' in login);
        await changeSecret(account, login.arn, {
          ...place,
          ...(isMaster && { username, password }),
        });
        if (isBabelfish && login.username === APP) await server.prepare(login.password);
      }
      if (!isBabelfish) {
        await runTask('ordercast-dev-bootstrap');
        await runTask('ordercast-dev-migrate', ['up']);
      }
      const db = openDatabase(server.urlOf(DATABASE));
      await addProduct(db);
      await db.destroy();
    },
    cut: wire.cut,
    close: async () => {
      await wire.close();
      await server.dropAll(isBabelfish);
      await giveBack();
    },
  };
}

const loginSchema = z.looseObject({ username: z.string(), password: z.string() });

/** The secrets that hold logins of the database. */
async function loginSecrets(account: Account, resources: readonly DeployedResource[]) {
  const secrets = resources.filter(({ type }) => type === 'AWS::SecretsManager::Secret');
  const read = await Promise.all(
    secrets.map(async ({ ref: arn }) => ({ ...(await readSecret(account, arn)), arn })),
  );
  return read.flatMap((secret) => {
    const login = loginSchema.extend({ arn: z.string() }).safeParse(secret);
    return login.success ? [login.data] : [];
  });
}

function openServer(url: string) {
  const urlOf = (database: string): string => {
    const other = new URL(url);
    other.pathname = `/${database}`;
    return other.href;
  };
  const run = async (database: string, ...statements: readonly string[]) => {
    const db = openDatabase(urlOf(database), { poolMax: 1 });
    try {
      for (const sql of statements) await db.raw(sql.replaceAll('?', '\\?'));
    } finally {
      await db.destroy();
    }
  };
  return {
    urlOf,
    ask: async (sql: string): Promise<{ version?: string | undefined }[]> => {
      const db = openDatabase(urlOf('master'), { poolMax: 1 });
      try {
        return z.array(z.object({ version: z.string().optional() })).parse(await db.raw(sql));
      } finally {
        await db.destroy();
      }
    },
    /**
     * For Babelfish, which lacks too much of what `bootstrap` and `migrate` do: the pair of the programs alone, and the tables by
     * knex's own command.
     */
    prepare: async (password: string) => {
      await run('master', `create database ${DATABASE}`);
      for (const [login, own] of [
        [APP, password],
        [`${APP}_clone`, 'Nobody-knows-0'],
      ]) {
        const options = `password = '${own}', default_database = ${DATABASE}`;
        await run('master', `create login ${login} with ${options}`);
        const grant = `grant ${APP_RIGHTS} on schema::dbo to ${login}`;
        await run(DATABASE, `create user ${login} for login ${login}`, grant);
      }
      const db = openDatabase(urlOf(DATABASE));
      await db.migrate.latest(MIGRATION_SETTINGS);
      await db.destroy();
    },
    dropAll: async (isBabelfish: boolean) => {
      if (isBabelfish) {
        for (const login of [APP, `${APP}_clone`]) {
          const revoke = `revoke ${APP_RIGHTS} on schema::dbo from ${login}`;
          await run(DATABASE, revoke, `drop user ${login}`);
        }
      } else {
        await run('master', `alter database ${DATABASE} set single_user with rollback immediate`);
      }
      const logins = ROLES.flatMap((role) => [`${DATABASE}_${role}`, `${DATABASE}_${role}_clone`]);
      await run(
        'master',
        `drop database ${DATABASE}`,
        ...logins.map(
          (login) => `if suser_id('${login}') is not null exec ('drop login ${login}')`,
        ),
      );
    },
  };
}

import { sqlServerKnexSettings } from '@ordercast/platform/database.ts';
import { databaseErrorKind } from '@ordercast/platform/database-error.ts';
import { sqlServerSettings } from '@ordercast/platform/database-url.ts';
import type { SqlServerSettings } from '@ordercast/platform/sql-server/sql-server-endpoint.ts';
import { ServerLogin } from '@ordercast/platform/sql-server/server-login.ts';
import knexModule from 'knex';
import type { Knex } from 'knex';
import { z } from 'zod';
import { loginFailure } from './login-failure.ts';
import type { LoginAt } from './login-secret.ts';

export interface LoginState {
  isDisabled: boolean;
  isLocked: boolean;
}

/**
 * What a rotation asks of SQL Server; each call is a session of its own. Every call rejects with an error that says
 * what to do where the server cannot be asked, and holds no password.
 */
export interface LoginServer {
  /** Whether the password is the login's, and the login may be used. */
  admits: (login: LoginAt) => Promise<boolean>;
  /** What the login may do in schema dbo, of SELECT, INSERT, UPDATE, DELETE, ALTER and CONTROL. */
  rights: (login: LoginAt) => Promise<string[]>;
  /** Of another login; undefined: there is none of this name. */
  stateOf: (master: LoginAt, user: string) => Promise<LoginState | undefined>;
  setPassword: (
    master: LoginAt,
    other: { user: string; password: string; unlock: boolean },
  ) => Promise<void>;
  /** The login changes its own, which needs no right. */
  changeOwnPassword: (login: LoginAt, password: string) => Promise<void>;
}

const RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'ALTER', 'CONTROL'];
const RIGHTS_SQL = `SELECT ${RIGHTS.map((one) => `HAS_PERMS_BY_NAME(N'dbo', N'SCHEMA', N'${one}') AS [${one}]`).join(', ')}`;
const STATE_SQL = `SELECT is_disabled AS isDisabled, CAST(LOGINPROPERTY(name, N'IsLocked') AS int) AS isLocked
FROM sys.sql_logins WHERE name = ?`;

const rightsRow = z.array(z.record(z.string(), z.number().nullable())).length(1);
const stateRows = z.array(
  z.object({
    isDisabled: z.union([z.boolean(), z.number()]).transform(Boolean),
    isLocked: z.number().nullable(),
  }),
);

/**
 * TLS is on, and the certificate is checked against the authorities of `caFile` (PEM), or the system's without one.
 * `options` are for a test's server, which cannot encrypt or has a certificate of its own making.
 */
export function createLoginServer(
  caFile: string | undefined,
  options: Partial<Pick<SqlServerSettings, 'encrypt' | 'trustServerCertificate'>> = {},
): LoginServer {
  const open = ({ host, port, database, user, password }: LoginAt): Knex => {
    const settings = sqlServerSettings({ host, port, database, ca: caFile, ...options });
    const login = new ServerLogin({ user, password });
    return knexModule.knex(
      sqlServerKnexSettings({ settings, poolMax: 1 }, login, { appName: 'ordercast-rotation' }),
    );
  };
  const using = async <Result>(at: LoginAt, work: (db: Knex) => Promise<Result>) => {
    const db = open(at);
    try {
      return await work(db);
    } catch (error) {
      throw loginFailure(error, at);
    } finally {
      await db.destroy();
    }
  };
  return {
    admits: (at) =>
      using(at, async (db) => {
        try {
          await db.raw('SELECT 1 AS one');
          return true;
        } catch (error) {
          if (databaseErrorKind(error) === 'login-refused') return false;
          throw error;
        }
      }),
    rights: (at) =>
      using(at, async (db) => {
        const [row] = rightsRow.parse(await db.raw(RIGHTS_SQL));
        return RIGHTS.filter((one) => row?.[one] === 1);
      }),
    stateOf: (master, user) =>
      using(master, async (db) => {
        const [row] = stateRows.parse(await db.raw(STATE_SQL, [user]));
        return row && { isDisabled: row.isDisabled, isLocked: row.isLocked === 1 };
      }),
    setPassword: (master, { user, password, unlock }) =>
      using(master, async (db) => {
        await db.raw(alterLogin(user, ['PASSWORD'], unlock ? ' UNLOCK' : ''), [password]);
      }),
    changeOwnPassword: (at, password) =>
      using(at, async (db) => {
        await db.raw(alterLogin(at.user, ['PASSWORD', 'OLD_PASSWORD']), [password, at.password]);
      }),
  };
}

/**
 * ALTER LOGIN takes no parameters of its own; the passwords are the batch's, so that no log of statements can hold
 * them.
 */
function alterLogin(user: string, passwords: readonly string[], end = ''): string {
  const name = user.replaceAll(']', ']]').replaceAll("'", "''").replaceAll('?', '\\?');
  const options = passwords.map((one) => `N' ${one} = N''' + REPLACE(?, N'''', N'''''') + N''''`);
  const parts = [`N'ALTER LOGIN [${name}] WITH'`, ...options, `N'${end}'`];
  return `DECLARE @sql nvarchar(max) = ${parts.join(' + ')};\nEXEC (@sql);`;
}

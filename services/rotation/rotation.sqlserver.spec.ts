import { parseDatabaseUrl } from '@ordercast/platform/database-url.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { SQLSERVER_URL, takeTurn } from '@ordercast/platform/testing/sql-server.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createLoginServer } from './login-server.ts';
import { loginSecretSchema } from './rotated-secret.ts';
import type { LoginSecret } from './rotated-secret.ts';
import { startSecretsManager } from './testing/secrets-manager.ts';
import type { SecretsBed } from './testing/secrets-bed.ts';
import { rotationParts, runSteps, versionId } from './testing/rotation-bed.ts';

/** A quote and a question mark are what a statement has to be made safe for; a bracket is what Babelfish cannot read. */
const APP = "rotation_'test'_?_app";
const CLONE = `${APP}_clone`;
const MASTER = 'rotation_test_master';

const versionRow = z.tuple([z.object({ version: z.string() })]);

describe.runIf(SQLSERVER_URL !== undefined)('rotation on SQL Server', () => {
  const url = SQLSERVER_URL ?? '';
  let giveBack: () => Promise<void>;
  let secrets: SecretsBed;
  beforeEach(async () => {
    secrets = await startSecretsManager();
    giveBack = await takeTurn(url);
    await dropLogins();
  });
  afterEach(async () => {
    await secrets.close();
    vi.unstubAllEnvs();
    await dropLogins().finally(giveBack);
  });

  const server = () => {
    const address = parseDatabaseUrl(url);
    if (address.kind !== 'mssql') throw new Error('SQLSERVER_URL names no SQL Server.');
    return address;
  };

  async function run(address: string, ...statements: readonly string[]): Promise<unknown> {
    const db = openDatabase(address, { poolMax: 1 });
    try {
      let rows: unknown;
      for (const sql of statements) rows = await db.raw(sql.replaceAll('?', '\\?'));
      return rows;
    } finally {
      await db.destroy();
    }
  }

  async function dropLogins(): Promise<void> {
    for (const login of [APP, CLONE, MASTER]) {
      const [name, text] = quoted(login);
      const revoke = `revoke select, insert on schema::dbo from ${name}`;
      await run(url, `if user_id(${text}) is not null ${revoke}`, `drop user if exists ${name}`);
      await run(url, `if suser_id(${text}) is not null drop login ${name}`);
    }
  }

  async function makeLogin(login: string, password: string): Promise<void> {
    const [name] = quoted(login);
    const { database } = server().settings;
    await run(
      url,
      `create login ${name} with password = '${password}', default_database = [${database}]`,
      `create user ${name} for login ${name}`,
      `grant select, insert on schema::dbo to ${name}`,
    );
  }

  const secretOf = (login: object) => {
    const { host, port, database } = server().settings;
    const place = { engine: 'sqlserver', host, port, dbname: database, ssl: true };
    return JSON.stringify({ ...place, ...login });
  };

  /** Babelfish has neither sys.sql_logins nor LOGINPROPERTY. */
  async function isBabelfish(): Promise<boolean> {
    const rows = await run(url, 'select @@version as version');
    return versionRow.parse(rows)[0].version.includes('Babelfish');
  }

  /** What the test's own server wants; what is deployed always encrypts. */
  async function parts() {
    const { encrypt, trustServerCertificate } = server().settings;
    const live = createLoginServer(undefined, { encrypt, trustServerCertificate });
    const stateOf = () => Promise.resolve({ isDisabled: false, isLocked: false });
    return rotationParts({ server: (await isBabelfish()) ? { ...live, stateOf } : live });
  }

  async function rotate(secretId: string, number: number): Promise<LoginSecret> {
    await secrets.begin(secretId, versionId(number));
    await runSteps(await parts(), secretId, versionId(number));
    return loginSecretSchema.parse(JSON.parse(await secrets.current(secretId)));
  }

  function logIn({ username, password }: { username: string; password: string }): Promise<unknown> {
    const address = new URL(url);
    address.username = encodeURIComponent(username);
    address.password = encodeURIComponent(password);
    return run(address.href, 'select 1 as one');
  }

  it('lets the logins of a pair in by turns, and the one before until its own turn', async () => {
    const { user: username, password } = server().credentials;
    await secrets.create('master', secretOf({ username, password }));
    await makeLogin(APP, 'Rotation-0-first');
    await makeLogin(CLONE, 'Nobody-knows-0');
    const first = { username: APP, password: 'Rotation-0-first' };
    await secrets.create('app', secretOf({ ...first, masterarn: 'master' }));

    const second = await rotate('app', 2);
    expect(second.username).toBe(CLONE);
    expect(await logIn(second)).toEqual([{ one: 1 }]);
    expect(await logIn(first)).toEqual([{ one: 1 }]);

    const third = await rotate('app', 3);
    expect(third.username).toBe(APP);
    expect(await logIn(third)).toEqual([{ one: 1 }]);
    expect(await logIn(second)).toEqual([{ one: 1 }]);
    await expect(logIn(first)).rejects.toThrow(/login|password/i);
  });

  it('says that the second login was never made', async (context) => {
    if (await isBabelfish()) context.skip('Babelfish does not tell what logins there are.');
    const { user: username, password } = server().credentials;
    await secrets.create('master', secretOf({ username, password }));
    await makeLogin(APP, 'Rotation-0-first');
    const first = { username: APP, password: 'Rotation-0-first', masterarn: 'master' };
    await secrets.create('app', secretOf(first));
    await expect(rotate('app', 2)).rejects.toThrow(/no login .*_clone.*:pair/);
    expect(await logIn(first)).toEqual([{ one: 1 }]);
  });

  it('has a login change its own password', async (context) => {
    if (await isBabelfish()) context.skip('Babelfish knows no OLD_PASSWORD.');
    await makeLogin(MASTER, 'Rotation-0-master');
    const first = { username: MASTER, password: 'Rotation-0-master' };
    await secrets.create('own', secretOf(first));
    const second = await rotate('own', 2);
    expect(await logIn(second)).toEqual([{ one: 1 }]);
    await expect(logIn(first)).rejects.toThrow(/login|password/i);
  });
});

/** A name as an identifier, and as a text. */
function quoted(name: string): [string, string] {
  return [`[${name.replaceAll(']', ']]')}]`, `N'${name.replaceAll("'", "''")}'`];
}

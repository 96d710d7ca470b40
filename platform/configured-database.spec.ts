import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rdsSecret, startSecretServer } from './testing/secret-server.ts';
import type { SecretServer } from './testing/secret-server.ts';
import { startTdsServer } from './testing/tds/tds-server.ts';
import type { TdsServer } from './testing/tds/tds-server.ts';
import { DATABASE_VARIABLES, configuredDatabase } from './configured-database.ts';
import type { ConfiguredDatabase } from './configured-database.ts';
import { databaseErrorKind } from './database-error.ts';
import { z } from 'zod';

let secrets: SecretServer;
let server: TdsServer;
let password = 'first';
const opened: ConfiguredDatabase[] = [];

beforeEach(async () => {
  password = 'first';
  secrets = await startSecretServer();
  server = await startTdsServer({
    login: (login) =>
      login.password === password ? undefined : { number: 18456, message: 'Login failed.' },
  });
  secrets.secret = rdsSecret(server.port, 'first');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const one of opened.splice(0)) one.close();
  await server.close();
  await secrets.close();
});

async function configured(variables: Record<string, string>): Promise<ConfiguredDatabase> {
  const database = await configuredDatabase(z.object(DATABASE_VARIABLES).parse(variables), (text) =>
    warnings.push(text),
  );
  opened.push(database);
  return database;
}
const warnings: string[] = [];

describe('a database that a secret names', () => {
  /** The scripted server cannot encrypt, which a secret's server must: only the login is looked at. */
  const TRUSTING = { DATABASE_SECRET_ID: 'ordercast/app' };

  it('is encrypted always', async () => {
    const database = await configured(TRUSTING);
    expect(database.serverUser).toBe('app');
    const db = database.open();
    const error: unknown = await db.raw('select 1').catch((reason: unknown) => reason);
    expect(databaseErrorKind(error)).toBe('no-encryption');
    await db.destroy();
  });

  it('is asked for its credentials anew after a rotation, and for each login only once', async () => {
    const db = (await configured(TRUSTING)).open({ encrypt: false });
    await db.raw('select 1');
    password = 'second';
    secrets.secret = rdsSecret(server.port, 'second');
    server.dropAll();
    while (server.logins.length < 3) {
      await db.raw('select 2').catch(() => undefined);
    }
    await db.raw('select 3');
    expect(server.logins.map((login) => login.password)).toEqual(['first', 'first', 'second']);
    await db.destroy();
  });

  it('is not tried again with a password that was refused already', async () => {
    password = 'nobody knows';
    const db = (await configured(TRUSTING)).open({ encrypt: false });
    const error: unknown = await db.raw('select 1').catch((reason: unknown) => reason);
    expect(databaseErrorKind(error)).toBe('login-refused');
    expect(server.logins).toHaveLength(1);
    expect(String(error)).not.toContain('first');
    await db.destroy();
  });

  it.each([
    ['{"host":"h","username":"u"}', /missing or wrong are password/],
    ['hunter2', /not of RDS's shape.*JSON/],
    [undefined, /cannot be read \(ResourceNotFoundException\).*secretsmanager:GetSecretValue/],
  ])('stops the start where it is wrong', async (text, message) => {
    secrets.secret = text;
    const error: unknown = await configured(TRUSTING).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain('hunter2');
  });
});

describe('a secret that cannot be read', () => {
  it('says that nobody answers where Secrets Manager cannot be reached, and keeps what it knows to itself', async () => {
    await secrets.close();
    const error: unknown = await configured({ DATABASE_SECRET_ID: 'ordercast/app' }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toHaveProperty('name', 'SecretUnavailable');
    expect(String(error)).toMatch(
      /ordercast\/app cannot be read \(ECONNREFUSED\)\. Secrets Manager in us-east-1 does not answer/,
    );
    expect(String(error)).not.toContain('first');
  });
});

describe('a database that a URL names', () => {
  it('is told of where it is not safe', async () => {
    const database = await configured({ DATABASE_URL: 'mssql://a:b@h/shop?encrypt=false' });
    expect(database.serverDatabase).toBe('shop');
    expect(database.serverUser).toBe('a');
    expect(warnings.at(-1)).toContain('encrypt=false');
    expect(secrets.reads).toBe(0);
  });

  it('must be the only one', async () => {
    await expect(configured({})).rejects.toThrow(/either DATABASE_URL or DATABASE_SECRET_ID/);
    const both = { DATABASE_URL: 'sqlite::memory:', DATABASE_SECRET_ID: 'x' };
    await expect(configured(both)).rejects.toThrow(/either/);
  });
});

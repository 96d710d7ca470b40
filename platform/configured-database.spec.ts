import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { portOf } from './testing/port-of.ts';
import { startTdsServer } from './testing/tds/tds-server.ts';
import type { TdsServer } from './testing/tds/tds-server.ts';
import { DATABASE_VARIABLES, configuredDatabase } from './configured-database.ts';
import type { ConfiguredDatabase } from './configured-database.ts';
import { databaseErrorKind } from './database-error.ts';
import { z } from 'zod';

/** What Secrets Manager answers: the text of the secret, or undefined for one that is not there. */
let secret: string | undefined;
let reads = 0;
let secrets: Server;
let server: TdsServer;
let password = 'first';
const opened: ConfiguredDatabase[] = [];

beforeEach(async () => {
  reads = 0;
  password = 'first';
  secrets = createServer((_request, response) => {
    reads += 1;
    response.setHeader('Content-Type', 'application/x-amz-json-1.1');
    if (secret === undefined) {
      response.statusCode = 400;
      response.end(JSON.stringify({ __type: 'ResourceNotFoundException' }));
    } else {
      response.end(JSON.stringify({ SecretString: secret }));
    }
  });
  secrets.listen(0, '127.0.0.1');
  await once(secrets, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${portOf(secrets)}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  server = await startTdsServer({
    login: (login) =>
      login.password === password ? undefined : { number: 18456, message: 'Login failed.' },
  });
  secret = rdsSecret('first');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const one of opened.splice(0)) one.close();
  await server.close();
  secrets.closeAllConnections();
  await new Promise((resolve) => secrets.close(resolve));
});

function rdsSecret(value: string, changes: object = {}): string {
  const shape = { engine: 'sqlserver', host: '127.0.0.1', port: server.port, username: 'app' };
  return JSON.stringify({ ...shape, password: value, dbname: 'shop', ...changes });
}

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
    const db = (await configured(TRUSTING)).open();
    const error: unknown = await db.raw('select 1').catch((reason: unknown) => reason);
    expect(databaseErrorKind(error)).toBe('no-encryption');
    await db.destroy();
  });

  it('is asked for its credentials anew after a rotation, and for each login only once', async () => {
    const db = (await configured(TRUSTING)).open({ encrypt: false });
    await db.raw('select 1');
    password = 'second';
    secret = rdsSecret('second');
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
    secret = text;
    const error: unknown = await configured(TRUSTING).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain('hunter2');
  });
});

describe('a database that a URL names', () => {
  it('is told of where it is not safe', async () => {
    const database = await configured({ DATABASE_URL: 'mssql://a:b@h/shop?encrypt=false' });
    expect(database.serverDatabase).toBe('shop');
    expect(warnings.at(-1)).toContain('encrypt=false');
    expect(reads).toBe(0);
  });

  it('must be the only one', async () => {
    await expect(configured({})).rejects.toThrow(/either DATABASE_URL or DATABASE_SECRET_ID/);
    const both = { DATABASE_URL: 'sqlite::memory:', DATABASE_SECRET_ID: 'x' };
    await expect(configured(both)).rejects.toThrow(/either/);
  });
});

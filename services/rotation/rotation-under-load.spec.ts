import { readFileSync } from 'node:fs';
import { DATABASE_VARIABLES, configuredDatabase } from '@ordercast/platform/configured-database.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ADA, startTestApi } from '../testing/test-api.ts';
import { createLoginServer } from './login-server.ts';
import { beforeEachCall } from './testing/faults.ts';
import { startLoginDirectory } from './testing/login-directory.ts';
import type { LoginDirectory } from './testing/login-directory.ts';
import { startSecretsManager } from './testing/secrets-manager.ts';
import type { SecretsBed } from './testing/secrets-bed.ts';
import {
  APP_SECRET,
  LOGINS,
  MASTER_SECRET,
  appSecret,
  masterSecret,
  rotationParts,
  runSteps,
  versionId,
} from './testing/rotation-bed.ts';

const TLS_FOLDER = new URL('../../platform/testing/tls/', import.meta.url);
const CA_FILE = new URL('ca.pem', TLS_FOLDER).pathname;
const AT_ONCE = 3;

let secrets: SecretsBed;
let directory: LoginDirectory;

beforeEach(async () => {
  const file = (name: string) => readFileSync(new URL(name, TLS_FOLDER), 'utf8');
  secrets = await startSecretsManager();
  directory = await startLoginDirectory(LOGINS, {
    key: file('server.key'),
    cert: file('server.pem'),
  });
  await secrets.create(MASTER_SECRET, masterSecret(directory.server.port));
  await secrets.create(APP_SECRET, appSecret(directory.server.port));
});
afterEach(async () => {
  await directory.server.close();
  await secrets.close();
  vi.unstubAllEnvs();
});

/** The API on its own server login, as it runs on AWS: by a secret, over TLS that is checked. */
async function startApi() {
  const variables = z
    .object(DATABASE_VARIABLES)
    .parse({ DATABASE_SECRET_ID: APP_SECRET, DATABASE_CA_FILE: CA_FILE });
  const program = await configuredDatabase(variables, () => undefined);
  const database = program.open({ poolMax: AT_ONCE });
  const api = await startTestApi({ database });
  const close = async () => {
    await api.close();
    await database.destroy();
    program.close();
  };
  const answers = () =>
    Promise.all(Array.from({ length: AT_ONCE }, () => api.call(ADA, 'GET', '/products')));
  return { answers, close };
}

/** Keeps statements waiting for their answers. */
function holdStatements() {
  const held = Promise.withResolvers<undefined>();
  let waiting = 0;
  directory.answerOther = async () => {
    waiting += 1;
    await held.promise;
    return {};
  };
  return {
    waiting: () => waiting,
    release: () => {
      directory.answerOther = () => ({});
      held.resolve(undefined);
    },
  };
}

describe('an API whose login is rotated, and whose sessions are cut before each call of that', () => {
  it('answers all requests but those in flight at a cut connection, and those with 503', async () => {
    const api = await startApi();
    const seen = { cut: 0, served: 0 };
    const cutSessions = async (): Promise<void> => {
      const statements = holdStatements();
      const inFlight = api.answers();
      await expect.poll(statements.waiting).toBe(AT_ONCE);
      directory.server.dropAll();
      statements.release();
      for (const { status, headers } of await inFlight) {
        expect(status).toBe(503);
        expect(headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
        seen.cut += 1;
      }
      for (const { status } of await api.answers()) {
        expect(status).toBe(200);
        seen.served += 1;
      }
    };
    const parts = rotationParts({ server: createLoginServer(CA_FILE) });
    const cutParts = beforeEachCall(parts, cutSessions);
    for (const number of [2, 3, 4]) {
      await secrets.begin(APP_SECRET, versionId(number));
      await runSteps(cutParts, APP_SECRET, versionId(number));
    }
    await cutSessions();
    const apps = directory.server.logins.filter(({ appName }) => appName !== 'ordercast-rotation');
    const users = new Set(apps.map(({ user, password }) => `${user} ${password}`));
    // The first password, and one for each rotation.
    expect(users.size).toBeGreaterThanOrEqual(3);
    expect(seen.cut).toBeGreaterThan(60);
    expect(seen.served).toBe(seen.cut);
    await api.close();
  });
});

describe('a rotation over TLS', () => {
  it('is refused by who does not know the authority of the server, and sends no password', async () => {
    const parts = rotationParts({ server: createLoginServer(undefined) });
    await secrets.begin(APP_SECRET, versionId(2));
    await expect(runSteps(parts, APP_SECRET, versionId(2))).rejects.toThrow(
      /set DATABASE_CA_FILE to RDS's global-bundle\.pem/,
    );
    expect(directory.server.logins).toEqual([]);
  });
});

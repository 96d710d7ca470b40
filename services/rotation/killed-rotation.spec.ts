import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createGatewayHeader, GATEWAY_HEADER_KEY } from './gateway-header.ts';
import { gatewaySecretSchema, loginSecretSchema } from './rotated-secret.ts';
import type { RotationSettings } from './rotate-secret.ts';
import { startApiGateway } from './testing/api-gateway.ts';
import type { ApiGateway } from './testing/api-gateway.ts';
import { Killed, killedBefore } from './testing/faults.ts';
import { startLoginDirectory } from './testing/login-directory.ts';
import type { LoginDirectory } from './testing/login-directory.ts';
import { startSecretsManager } from './testing/secrets-manager.ts';
import { REGION } from './testing/secrets-bed.ts';
import type { SecretsBed } from './testing/secrets-bed.ts';
import {
  FIRST_VALUE,
  LOGINS,
  MASTER_SECRET,
  appSecret,
  logInBySecret,
  masterSecret,
  rotationParts,
  runSteps,
  versionId,
} from './testing/rotation-bed.ts';

let secrets: SecretsBed;
let directory: LoginDirectory;
let gateway: ApiGateway;
let parts: RotationSettings;
let made = 0;

beforeAll(async () => {
  secrets = await startSecretsManager();
  directory = await startLoginDirectory(LOGINS);
  gateway = await startApiGateway({});
  parts = rotationParts({ header: createGatewayHeader(REGION, gateway.apiId) });
  await secrets.create(MASTER_SECRET, masterSecret(directory.server.port));
});
afterAll(async () => {
  await Promise.all([secrets.close(), directory.server.close(), gateway.close()]);
  vi.unstubAllEnvs();
});

/** A secret of its own for each schedule, and the logins as they were made. */
async function freshSecret(text: string): Promise<string> {
  directory.logins.clear();
  for (const [name, login] of Object.entries(LOGINS)) directory.logins.set(name, login);
  made += 1;
  await secrets.create(`secret-${made}`, text);
  return `secret-${made}`;
}

/** Runs a schedule for each call that a rotation makes, killed before it, and one that is not killed; gives the calls. */
async function forEachKill(run: (call: number) => Promise<readonly string[]>) {
  for (let call = 0; ; call += 1) {
    const names = await run(call);
    if (names.length <= call) return names;
  }
}

/** Rotates once, killed before that call; whether it came to its end all the same. */
async function rotateKilled(secretId: string, call: number) {
  const { parts: killable, names } = killedBefore(parts, call);
  await secrets.begin(secretId, versionId(2));
  const error: unknown = await runSteps(killable, secretId, versionId(2)).catch(
    (reason: unknown) => reason,
  );
  if (error !== undefined) expect(error).toBeInstanceOf(Killed);
  return { names, isDone: error === undefined };
}

/** Secrets Manager tries again, or somebody gives the rotation up and begins another. */
const RESUMPTIONS = ['the same rotation again', 'another rotation in its place'] as const;

async function resume(
  secretId: string,
  isDone: boolean,
  how: (typeof RESUMPTIONS)[number],
): Promise<void> {
  if (how === 'the same rotation again') {
    await runSteps(parts, secretId, versionId(2));
    return;
  }
  if (!isDone) await secrets.giveUp(secretId, versionId(2));
  await secrets.begin(secretId, versionId(3));
  await runSteps(parts, secretId, versionId(3));
}

describe('a rotation of a pair that is killed at any call', () => {
  it.each(RESUMPTIONS)('leaves a secret by which programs log in, and ends by %s', async (how) => {
    const names = await forEachKill(async (call) => {
      const secretId = await freshSecret(appSecret(directory.server.port));
      const killed = await rotateKilled(secretId, call);
      await logInBySecret(secretId);
      await resume(secretId, killed.isDone, how);
      await logInBySecret(secretId);
      // And the one after it.
      await secrets.begin(secretId, versionId(4));
      await runSteps(parts, secretId, versionId(4));
      await logInBySecret(secretId);
      return killed.names;
    });
    expect(names).toEqual(expect.arrayContaining(['putPending', 'setPassword', 'makeCurrent']));
  });

  it.each(['before', 'after'] as const)(
    'does no harm where its session is cut %s a statement is run, and ends when it is tried again',
    async (when) => {
      let cuts = 0;
      for (let statement = 0; cuts === statement; statement += 1) {
        const secretId = await freshSecret(appSecret(directory.server.port));
        await secrets.begin(secretId, versionId(2));
        const endCut = directory.cutStatement(statement, when);
        const error: unknown = await runSteps(parts, secretId, versionId(2)).catch(
          (reason: unknown) => reason,
        );
        if (endCut()) cuts += 1;
        if (error !== undefined)
          expect(error).toHaveProperty('message', expect.stringContaining('127.0.0.1'));
        await logInBySecret(secretId);
        await runSteps(parts, secretId, versionId(2));
        await logInBySecret(secretId);
      }
      // Two that try passwords, one for the login's state, the change itself, and two for rights.
      expect(cuts).toBeGreaterThanOrEqual(5);
    },
  );
});

describe('a rotation of one login that is killed at any call', () => {
  it('ends when it is tried again, with a password that is right', async () => {
    const names = await forEachKill(async (call) => {
      const secretId = await freshSecret(masterSecret(directory.server.port));
      const killed = await rotateKilled(secretId, call);
      await resume(secretId, killed.isDone, 'the same rotation again');
      await logInBySecret(secretId);
      const { password } = loginSecretSchema.parse(JSON.parse(await secrets.current(secretId)));
      expect(directory.logins.get('admin')?.password).toBe(password);
      return killed.names;
    });
    expect(names).toEqual(
      expect.arrayContaining(['putPending', 'changeOwnPassword', 'makeCurrent']),
    );
  });
});

describe("a rotation of the gateway's secret that is killed at any call", () => {
  const assertServed = async (secretId: string): Promise<void> => {
    const values = gatewaySecretSchema.parse(JSON.parse(await secrets.current(secretId)));
    for (const value of gateway.sent()) expect(Object.values(values)).toContain(value);
  };

  /** A rotation that finds the one before half done brings that to its end, and is then tried again. */
  const resumed = async (secretId: string, isDone: boolean, how: (typeof RESUMPTIONS)[number]) => {
    const error: unknown = await resume(secretId, isDone, how).catch((reason: unknown) => reason);
    await assertServed(secretId);
    if (error === undefined) return;
    expect(error).toHaveProperty('message', expect.stringContaining('cut short'));
    await runSteps(parts, secretId, versionId(3));
  };

  it.each(RESUMPTIONS)(
    'leaves the gateway with a value that the API takes, and ends by %s',
    async (how) => {
      const names = await forEachKill(async (call) => {
        for (const id of ['list', 'place']) {
          gateway.integrations.set(id, { ...OTHERS, [GATEWAY_HEADER_KEY]: FIRST_VALUE });
        }
        gateway.integrations.set('reports', OTHERS);
        const secretId = await freshSecret(JSON.stringify({ newest: FIRST_VALUE }));
        const killed = await rotateKilled(secretId, call);
        await assertServed(secretId);
        await resumed(secretId, killed.isDone, how);
        await assertServed(secretId);
        await secrets.begin(secretId, versionId(4));
        await runSteps(parts, secretId, versionId(4));
        const current = await secrets.current(secretId);
        const { newest, previous } = gatewaySecretSchema.parse(JSON.parse(current));
        expect(gateway.sent()).toEqual([newest, newest]);
        expect(previous).toBeDefined();
        expect(gateway.integrations.get('reports')).toEqual(OTHERS);
        expect(gateway.integrations.get('list')).toMatchObject(OTHERS);
        return killed.names;
      });
      expect(names).toEqual(expect.arrayContaining(['putPending', 'makeCurrent', 'writeHeader']));
      expect(names.filter((name) => name === 'writeHeader')).toHaveLength(2);
    },
  );
});

const OTHERS = { 'overwrite:header.Ordercast-Client-Address': '$context.identity.sourceIp' };

import { createLogger } from '@ordercast/platform/logger.ts';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startLoginDirectory } from './testing/login-directory.ts';
import type { LoginDirectory } from './testing/login-directory.ts';
import { startSecretsManager } from './testing/secrets-manager.ts';
import type { SecretsBed } from './testing/secrets-bed.ts';
import {
  APP_SECRET,
  LOGINS,
  MASTER_SECRET,
  STEPS,
  appSecret,
  logInBySecret,
  masterSecret,
  rotationParts,
  runSteps,
  versionId,
} from './testing/rotation-bed.ts';
import { createRotation } from './rotate-secret.ts';
import { loginSecretSchema } from './rotated-secret.ts';
import { RotationRefused } from './rotation-refused.ts';
import type { RotationStep } from './rotation-event.ts';

let secrets: SecretsBed;
let directory: LoginDirectory;
const logged: string[] = [];
const log = createLogger('rotation', { destination: { write: (line) => void logged.push(line) } });

beforeEach(async () => {
  logged.length = 0;
  secrets = await startSecretsManager();
  directory = await startLoginDirectory(LOGINS);
  await secrets.create(MASTER_SECRET, masterSecret(directory.server.port));
});
afterEach(async () => {
  await secrets.close();
  await directory.server.close();
  vi.unstubAllEnvs();
});

const createApp = (changes: object = {}) =>
  secrets.create(APP_SECRET, appSecret(directory.server.port, changes));

/** Rotates to a version of that number. */
async function rotate(
  number: number,
  secretId = APP_SECRET,
  steps?: readonly RotationStep[],
): Promise<void> {
  await secrets.begin(secretId, versionId(number));
  await runSteps(rotationParts({ log }), secretId, versionId(number), steps);
}

async function currentLogin(secretId = APP_SECRET) {
  return loginSecretSchema.parse(JSON.parse(await secrets.current(secretId)));
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RotationRefused);
  return String(error);
}

describe('a secret of a pair', () => {
  it('names each login in turn, with a new password, and keeps all else that it says', async () => {
    await createApp({ madeBy: 'hand' });
    const used = new Set<string>();
    for (const [number, user] of [
      'ordercast_app_clone',
      'ordercast_app',
      'ordercast_app_clone',
    ].entries()) {
      await rotate(number + 2);
      const { username, password, ...rest } = await currentLogin();
      expect(username).toBe(user);
      expect(password).toMatch(/^[\w-]{43}$/);
      expect(rest).toMatchObject({
        dbname: 'shop',
        ssl: true,
        masterarn: MASTER_SECRET,
        madeBy: 'hand',
      });
      await logInBySecret(APP_SECRET);
      used.add(password);
    }
    expect(used.size).toBe(3);
  });

  it('leaves the login alone that programs use until they have the other one', async () => {
    await createApp();
    await rotate(2);
    expect(directory.logins.get('ordercast_app')?.password).toBe('App-0');
    await rotate(3);
    expect(directory.logins.get('ordercast_app')?.password).not.toBe('App-0');
  });

  it('is changed once, however often a step is run', async () => {
    await createApp();
    await rotate(
      2,
      APP_SECRET,
      STEPS.flatMap((step) => [step, step, step]),
    );
    const altered = directory.server.requests.filter(({ sql }) => sql.includes('ALTER LOGIN'));
    expect(altered).toHaveLength(1);
    const { password } = await currentLogin();
    await runSteps(rotationParts({ log }), APP_SECRET, versionId(2));
    expect((await currentLogin()).password).toBe(password);
    await logInBySecret(APP_SECRET);
  });

  it('unlocks a login that is locked, and no other', async () => {
    await createApp();
    await rotate(2);
    expect(directory.server.requests.map(({ sql }) => sql).join('\n')).not.toContain('UNLOCK');
    directory.logins.set('ordercast_app', { ...appLogin(), isLocked: true });
    await rotate(3);
    await logInBySecret(APP_SECRET);
  });

  it('never has its passwords in a statement, a log or an error', async () => {
    await createApp();
    await rotate(2);
    await rotate(3);
    directory.logins.delete('ordercast_app_clone');
    await rotate(4).catch((error: unknown) => logged.push(inspect(error, { depth: 9 })));
    const passwords = [...directory.server.logins.map((login) => login.password), 'Master-0'];
    const texts = [...logged, ...directory.server.requests.map(({ sql }) => sql)].join('\n');
    expect(texts).toContain('rotation step done');
    expect(texts).toContain('There is no login');
    for (const password of passwords) expect(texts).not.toContain(password);
  });
});

const appLogin = () => ({ password: 'App-0', rights: LOGINS['ordercast_app']?.rights ?? [] });

describe('a rotation of a pair is refused, and says what to do,', () => {
  const unchanged = async () => {
    expect(await currentLogin()).toMatchObject({ username: 'ordercast_app', password: 'App-0' });
    await logInBySecret(APP_SECRET);
  };

  it.each([
    [
      'where the second login was never made',
      () => directory.logins.delete('ordercast_app_clone'),
      /no login ordercast_app_clone.*bootstrap --login 'ordercast_app=<role>:pair'/,
    ],
    [
      'where it is disabled',
      () =>
        directory.logins.set('ordercast_app_clone', {
          ...appLogin(),
          password: 'x',
          isDisabled: true,
        }),
      /ALTER LOGIN \[ordercast_app_clone\] ENABLE/,
    ],
    [
      'where it has no user in the database',
      () =>
        directory.logins.set('ordercast_app_clone', {
          ...appLogin(),
          password: 'x',
          isWithoutUser: true,
        }),
      /no user in the database shop.*bootstrap --login 'ordercast_app=<role>:pair'/,
    ],
    [
      'where it may do less than the first',
      () => directory.logins.set('ordercast_app_clone', { password: 'x', rights: ['SELECT'] }),
      /may not INSERT, UPDATE, DELETE.*:pair'/,
    ],
    [
      "where the master's own password is wrong",
      () => directory.logins.set('admin', { password: 'other', rights: [] }),
      /as admin: Login failed\. The server refuses the login admin/,
    ],
    [
      'where the master may not change passwords',
      () => directory.logins.set('admin', { password: 'Master-0', rights: [] }),
      /login admin may not do that: it needs ALTER ANY LOGIN/,
    ],
  ])('%s', async (_name, fault, message) => {
    await createApp();
    fault();
    expect(await refusal(rotate(2))).toMatch(message);
    await unchanged();
  });

  it.each([
    ['without "ssl": true', { ssl: undefined }, /Put "ssl": true into it/],
    ['with ssl as it should not be', { ssl: false }, /wrong are ssl/],
    ['for another engine', { engine: 'postgres' }, /wrong are engine/],
    ['without a database', { dbname: undefined }, /wrong are dbname/],
    [
      "for another host than the master's",
      { host: 'localhost' },
      /another host than its masterarn/,
    ],
    [
      'whose other login is the master',
      { username: 'admin_clone', password: 'Clone-0' },
      /admin is the master/,
    ],
    ['whose own password is wrong', { password: 'stolen-0' }, /only who knows that/],
  ])('%s', async (_name, changes, message) => {
    directory.logins.set('admin_clone', { password: 'Clone-0', rights: [] });
    await createApp(changes);
    const before = directory.logins.get('ordercast_app_clone');
    expect(await refusal(rotate(2))).toMatch(message);
    expect(directory.logins.get('ordercast_app_clone')).toEqual(before);
    const masters = directory.server.logins.filter(
      ({ user, password }) => user === 'admin' && password === 'Master-0',
    );
    expect(masters).toEqual([]);
  });
});

describe('a secret with one login', () => {
  it('has its login change its own password', async () => {
    await rotate(2, MASTER_SECRET);
    await rotate(3, MASTER_SECRET);
    const { username, password } = await currentLogin(MASTER_SECRET);
    expect(username).toBe('admin');
    expect(directory.logins.get('admin')?.password).toBe(password);
    const others = directory.server.logins.filter(({ user }) => user !== 'admin');
    expect(others).toEqual([]);
  });

  it('serves the rotation of pairs again once it is rotated', async () => {
    await createApp();
    await rotate(2, MASTER_SECRET);
    await rotate(3);
    await logInBySecret(APP_SECRET);
  });

  it('goes on from the password of before where a version was put back', async () => {
    await rotate(2, MASTER_SECRET);
    directory.logins.set('admin', { password: 'Master-0', rights: ['ALTER ANY LOGIN'] });
    await rotate(3, MASTER_SECRET);
    const { password } = await currentLogin(MASTER_SECRET);
    expect(directory.logins.get('admin')?.password).toBe(password);
  });

  it('is refused where no password that is known is right', async () => {
    directory.logins.set('admin', { password: 'other', rights: [] });
    expect(await refusal(rotate(2, MASTER_SECRET))).toMatch(
      /AWSPENDING, AWSCURRENT and AWSPREVIOUS.*--master-user-password/,
    );
  });
});

describe('a step', () => {
  it.each(STEPS)('%s is refused for a version that no rotation is under way to', async (step) => {
    await createApp();
    const run = runSteps(rotationParts({ log }), APP_SECRET, versionId(9), [step]);
    expect(await refusal(run)).toMatch(/not AWSPENDING.*rotate-secret/);
  });

  it('is refused that comes before the secret is created', async () => {
    await createApp();
    expect(await refusal(rotate(2, APP_SECRET, ['setSecret']))).toContain(
      'createSecret comes first',
    );
  });

  it('is refused where the secret was changed by hand after the rotation began', async () => {
    await createApp();
    await rotate(2, APP_SECRET, ['createSecret']);
    const other = { username: 'ordercast_app_clone', password: 'nobody knows' };
    await secrets.write(APP_SECRET, appSecret(directory.server.port, other));
    const setting = runSteps(rotationParts({ log }), APP_SECRET, versionId(2), ['setSecret']);
    expect(await refusal(setting)).toMatch(
      /changed after this rotation began.*--remove-from-version-id/,
    );
    await logInBySecret(APP_SECRET);
  });

  it('testSecret serves to try the function out, with a copy of the current secret', async () => {
    await createApp();
    await secrets.begin(APP_SECRET, versionId(2));
    const parts = rotationParts({ log });
    const current = await secrets.current(APP_SECRET);
    await parts.secrets.putPending(APP_SECRET, versionId(2), current);
    await runSteps(parts, APP_SECRET, versionId(2), ['testSecret']);
    directory.logins.delete('ordercast_app');
    const refused = await refusal(runSteps(parts, APP_SECRET, versionId(2), ['testSecret']));
    expect(refused).toContain('refuses the login ordercast_app');
  });

  it('is refused that no rotation calls', async () => {
    expect(await refusal(createRotation(rotationParts())({ Step: 'dropSecret' }))).toContain(
      'no event of a rotation',
    );
  });
});

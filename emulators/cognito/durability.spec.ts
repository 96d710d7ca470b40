import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  AdminAddUserToGroupCommand,
  AdminGetUserCommand,
  CognitoIdentityProviderClient,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createPerson } from './testing/person.ts';
import {
  ADA,
  CLIENT_ID,
  PASSWORD,
  POOL_ID,
  SAM,
  startTestCognito,
} from './testing/test-cognito.ts';

let folder: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordercast-cognito-'));
});
afterEach(async () => {
  await kill();
  await rm(folder, { recursive: true });
});

async function serve(): Promise<CognitoIdentityProviderClient> {
  const script = join(import.meta.dirname, 'testing', 'serve-until-killed.ts');
  const started = spawn(process.execPath, [script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  const [line] = z.tuple([z.string()]).parse(await once(createInterface(started.stdout), 'line'));
  const { endpoint } = z.object({ endpoint: z.string() }).parse(JSON.parse(line));
  return new CognitoIdentityProviderClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
}

/** As the power would: no handler runs, nothing is written any more. */
async function kill(): Promise<void> {
  const victim = child;
  child = undefined;
  if (victim === undefined || victim.exitCode !== null || victim.signalCode !== null) return;
  const gone = once(victim, 'exit');
  victim.kill('SIGKILL');
  await gone;
}

const signIn = (sdk: CognitoIdentityProviderClient, email: string) =>
  sdk.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: CLIENT_ID,
      AuthParameters: { USERNAME: email, PASSWORD },
    }),
  );

const refresh = (sdk: CognitoIdentityProviderClient, token: string) =>
  sdk.send(
    new InitiateAuthCommand({
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      ClientId: CLIENT_ID,
      AuthParameters: { REFRESH_TOKEN: token },
    }),
  );

test('what was acknowledged survives kill -9, and no file is ever broken', async () => {
  const acknowledged: string[] = [];
  let refreshToken = '';
  for (let round = 0; round < 6; round += 1) {
    const sdk = await serve();
    if (round > 0) await refresh(sdk, refreshToken);
    refreshToken = (await signIn(sdk, ADA.email)).AuthenticationResult?.RefreshToken ?? '';
    const killAfter = acknowledged.length + 1 + ((round * 7) % 11);
    await Promise.allSettled(
      Array.from({ length: 30 }, async (_, person) => {
        const Username = `p${round}-${person}@example.com`;
        const user = { UserPoolId: POOL_ID, Username, GroupName: 'staff' };
        await sdk.send(new SignUpCommand({ ClientId: CLIENT_ID, Username, Password: PASSWORD }));
        acknowledged.push(Username);
        if (acknowledged.length >= killAfter) await kill();
        await sdk.send(new AdminAddUserToGroupCommand(user));
      }),
    );
    sdk.destroy();
    const users = join(folder, 'users');
    for (const name of await readdir(users)) {
      if (name.endsWith('.json')) JSON.parse(await readFile(join(users, name), 'utf8'));
    }
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(6);

  const sdk = await serve();
  for (const Username of acknowledged) {
    const user = await sdk.send(new AdminGetUserCommand({ UserPoolId: POOL_ID, Username }));
    expect(user.UserStatus).toBe('UNCONFIRMED');
  }
  await expect(readdir(join(folder, 'users'))).resolves.not.toContainEqual(
    expect.stringMatching(/\.tmp$/),
  );
  await refresh(sdk, refreshToken);
  sdk.destroy();
});

test('keys, tokens, sign-outs and passwords outlive the process', async () => {
  const before = await serve();
  const ada = (await signIn(before, ADA.email)).AuthenticationResult;
  const sam = (await signIn(before, SAM.email)).AuthenticationResult;
  await before.send(new GlobalSignOutCommand({ AccessToken: sam?.AccessToken }));
  await kill();

  const after = await serve();
  const read = (token = '') => after.send(new GetUserCommand({ AccessToken: token }));
  expect(await read(ada?.AccessToken)).toMatchObject({ Username: ADA.sub });
  expect((await refresh(after, ada?.RefreshToken ?? '')).AuthenticationResult).toBeDefined();
  await expect(read(sam?.AccessToken)).rejects.toMatchObject({
    message: 'Access Token has been revoked',
  });
  await expect(refresh(after, sam?.RefreshToken ?? '')).rejects.toMatchObject({
    message: 'Refresh Token has been revoked',
  });
  before.destroy();
  after.destroy();
});

test('a start that was killed while it filled the folder is made good by the next', async () => {
  const first = await startTestCognito({ dataFolder: folder });
  await first.stop();
  await rm(join(folder, 'pool.json'));
  await rm(join(folder, 'users', `${SAM.sub}.json`));
  await writeFile(join(folder, 'users', 'half.json.tmp'), '{"form');
  const second = await startTestCognito({ dataFolder: folder });
  try {
    for (const { email } of [ADA, SAM])
      await createPerson(second.endpoint, email).session(PASSWORD);
  } finally {
    await second.stop();
  }
});

test('a demo user who was deleted stays so', async () => {
  const first = await startTestCognito({ dataFolder: folder });
  const person = createPerson(first.endpoint, ADA.email);
  await person.session(PASSWORD);
  await person.call<string>((user, done) => user.deleteUser(done));
  await first.stop();
  const second = await startTestCognito({ dataFolder: folder });
  try {
    await expect(createPerson(second.endpoint, ADA.email).signIn(PASSWORD)).rejects.toThrow(
      'Incorrect username or password.',
    );
  } finally {
    await second.stop();
  }
});

test('a code in a file of before, which does not say where it went, is void, and the next one is good', async () => {
  const email = 'lin@example.com';
  const first = await startTestCognito({ dataFolder: folder });
  await createPerson(first.endpoint, email).signUp(PASSWORD, 'Lin');
  const code = first.lastCode();
  await first.stop();
  const users = join(folder, 'users');
  for (const name of await readdir(users)) {
    const text = await readFile(join(users, name), 'utf8');
    await writeFile(
      join(users, name),
      text.replace(`"email":"${email}","expiresAt"`, '"expiresAt"'),
    );
  }
  const second = await startTestCognito({ dataFolder: folder });
  const confirm = (given: string) =>
    createPerson(second.endpoint, email).call<string>((user, done) =>
      user.confirmRegistration(given, false, done),
    );
  try {
    await expect(confirm(code)).rejects.toMatchObject({ name: 'CodeMismatchException' });
    await createPerson(second.endpoint, email).call<object>((user, done) =>
      user.resendConfirmationCode(done),
    );
    expect(await confirm(second.lastCode())).toBe('SUCCESS');
  } finally {
    await second.stop();
  }
});

test('the password stands in no file', async () => {
  const cognito = await startTestCognito({ dataFolder: folder });
  await createPerson(cognito.endpoint, ADA.email).session(PASSWORD);
  await cognito.stop();
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    expect(await readFile(join(file.parentPath, file.name), 'utf8')).not.toContain(PASSWORD);
  }
});

test('a folder that is not readable stops the start, and says which file', async () => {
  const cognito = await startTestCognito({ dataFolder: folder });
  await cognito.stop();
  await writeFile(join(folder, 'users', `${ADA.sub}.json`), '{"format":2}');
  await expect(startTestCognito({ dataFolder: folder })).rejects.toThrow(`users/${ADA.sub}.json`);
  await rm(join(folder, 'users', `${ADA.sub}.json`));
  await writeFile(join(folder, 'pool.json'), '{"format":2}');
  await expect(startTestCognito({ dataFolder: folder })).rejects.toThrow(
    'pool.json was written by another version of Ordercast',
  );
});

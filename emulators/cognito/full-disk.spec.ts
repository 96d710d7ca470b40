import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fillDisk } from '@ordercast/platform/testing/fill-disk.ts';
import { MAY_MOUNT, smallDisk } from '@ordercast/platform/testing/small-disk.ts';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { totpCode } from './password/totp.ts';
import { awsJson } from './testing/aws-json.ts';
import { createPerson } from './testing/person.ts';
import {
  CLIENT_ID,
  PASSWORD,
  POOL_ID,
  startTestCognito,
  type TestCognito,
} from './testing/test-cognito.ts';

const NEW_PASSWORD = 'Quite-another-2';
/** More than may be asked for, or guessed, in an hour. */
const TRIES = 16;

const PEOPLE = ['ada', 'ida', 'tom', 'zoe', 'una', 'eve', 'gus', 'rex', 'srp'] as const;
const emailOf = (name: string) => `${name}@example.com`;
const users = PEOPLE.map((name, index) => ({
  sub: `6f1d5f0a-0c3e-4f5b-9a51-0b00000000${10 + index}`,
  email: emailOf(name),
  name,
  groups: [],
}));

type Call = [operation: string, input: Record<string, unknown>];

const client = { ClientId: CLIENT_ID };
const named = (name: string) => ({ ...client, Username: emailOf(name) });
const byAdmin = (name: string) => ({ UserPoolId: POOL_ID, Username: emailOf(name) });
const byPassword = (name: string, password = PASSWORD): Call => [
  'InitiateAuth',
  {
    ...client,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: emailOf(name), PASSWORD: password },
  },
];
const answer = (name: string, ChallengeName: string, Session: string, more: object): Call => [
  'RespondToAuthChallenge',
  {
    ...client,
    ChallengeName,
    Session,
    ChallengeResponses: { USERNAME: emailOf(name), ...more },
  },
];

const answerSchema = z.object({
  Session: z.string().default(''),
  SecretCode: z.string().default(''),
  AuthenticationResult: z
    .object({ AccessToken: z.string(), RefreshToken: z.string() })
    .default({ AccessToken: '', RefreshToken: '' }),
});

/** One call that is to succeed. */
async function ask({ endpoint }: TestCognito, [operation, input]: Call) {
  const { status, body } = await awsJson(endpoint, operation, input);
  expect([operation, status, body['message']]).toEqual([operation, 200, undefined]);
  return answerSchema.parse(body);
}

/** The answer to SRP's challenge, as the library sends it in its sign-in, which fails. */
async function srpProof({ endpoint }: TestCognito, name: string): Promise<Call> {
  const realFetch = globalThis.fetch;
  const sent: unknown[] = [];
  globalThis.fetch = (input, init) => {
    const text = typeof init?.body === 'string' ? init.body : '';
    if (text.includes('PASSWORD_CLAIM_SIGNATURE')) sent.push(JSON.parse(text));
    return realFetch(input, init);
  };
  try {
    await expect(createPerson(endpoint, emailOf(name)).signIn(PASSWORD)).rejects.toMatchObject({
      code: 'InternalErrorException',
    });
  } finally {
    globalThis.fetch = realFetch;
  }
  return ['RespondToAuthChallenge', z.record(z.string(), z.unknown()).parse(sent[0])];
}

async function withAuthenticator(cognito: TestCognito, name: string) {
  const { AccessToken } = (await ask(cognito, byPassword(name))).AuthenticationResult;
  const { SecretCode } = await ask(cognito, ['AssociateSoftwareToken', { AccessToken }]);
  const UserCode = totpCode(SecretCode, cognito.now());
  await ask(cognito, ['VerifySoftwareToken', { AccessToken, UserCode }]);
  const SoftwareTokenMfaSettings = { Enabled: true, PreferredMfa: true };
  await ask(cognito, ['SetUserMFAPreference', { AccessToken, SoftwareTokenMfaSettings }]);
  return { AccessToken, secret: SecretCode };
}

/** Every kind of call that writes, each of which would succeed, in an order in which all of them do. */
async function writingCalls(cognito: TestCognito): Promise<Call[]> {
  const tokensOf = async (name: string) =>
    (await ask(cognito, byPassword(name))).AuthenticationResult;
  const lin = createPerson(cognito.endpoint, emailOf('lin'));
  await lin.signUp(PASSWORD, 'Lin');
  const signUpCode = cognito.lastCode();
  await createPerson(cognito.endpoint, emailOf('moe')).signUp(PASSWORD, 'Moe');
  await ask(cognito, ['ForgotPassword', named('ida')]);
  const resetCode = cognito.lastCode();
  const phone = await withAuthenticator(cognito, 'tom');
  const invitation = { ...byAdmin('ivy'), TemporaryPassword: PASSWORD };
  await ask(cognito, ['AdminCreateUser', invitation]);
  const ivy = await ask(cognito, byPassword('ivy'));
  const zoe = (await tokensOf('zoe')).AccessToken;
  const zoesSecret = (await ask(cognito, ['AssociateSoftwareToken', { AccessToken: zoe }]))
    .SecretCode;
  const una = (await tokensOf('una')).AccessToken;
  const eve = (await tokensOf('eve')).AccessToken;
  const email = { AccessToken: eve, AttributeName: 'email' };
  await ask(cognito, ['GetUserAttributeVerificationCode', email]);
  const verifyCode = cognito.lastCode();
  const gus = (await tokensOf('gus')).AccessToken;
  const rex = (await tokensOf('rex')).RefreshToken;
  cognito.passTime(30_000);
  const tom = await ask(cognito, byPassword('tom'));
  const code = (from: string) => totpCode(from, cognito.now());
  const on = { Enabled: true };
  const moved = [{ Name: 'email', Value: 'una.new@example.com' }];
  return [
    ['SignUp', { ...named('new'), Password: PASSWORD }],
    ['ConfirmSignUp', { ...named('lin'), ConfirmationCode: signUpCode }],
    ['ResendConfirmationCode', named('moe')],
    ['ResendConfirmationCode', named('stranger')],
    ['ForgotPassword', named('ada')],
    ['ForgotPassword', named('stranger')],
    [
      'ConfirmForgotPassword',
      { ...named('ida'), ConfirmationCode: resetCode, Password: NEW_PASSWORD },
    ],
    byPassword('ada'),
    answer('ivy', 'NEW_PASSWORD_REQUIRED', ivy.Session, { NEW_PASSWORD }),
    answer('tom', 'SOFTWARE_TOKEN_MFA', tom.Session, {
      SOFTWARE_TOKEN_MFA_CODE: code(phone.secret),
    }),
    ['VerifySoftwareToken', { AccessToken: zoe, UserCode: code(zoesSecret) }],
    ['SetUserMFAPreference', { AccessToken: phone.AccessToken, SoftwareTokenMfaSettings: on }],
    ['UpdateUserAttributes', { AccessToken: una, UserAttributes: moved }],
    ['DeleteUserAttributes', { AccessToken: una, UserAttributeNames: ['name'] }],
    ['VerifyUserAttribute', { ...email, Code: verifyCode }],
    ['GetUserAttributeVerificationCode', email],
    [
      'ChangePassword',
      { AccessToken: gus, PreviousPassword: PASSWORD, ProposedPassword: NEW_PASSWORD },
    ],
    ['GlobalSignOut', { AccessToken: gus }],
    ['RevokeToken', { ...client, Token: rex }],
    ['AdminCreateUser', byAdmin('max')],
    ['AdminAddUserToGroup', { ...byAdmin('rex'), GroupName: 'staff' }],
    ['AdminSetUserPassword', { ...byAdmin('rex'), Password: NEW_PASSWORD, Permanent: true }],
    ['AdminResetUserPassword', byAdmin('rex')],
    ['AdminDisableUser', byAdmin('rex')],
  ];
}

async function filesIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const texts = names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]);
  return z.record(z.string(), z.string()).parse(Object.fromEntries(await Promise.all(texts)));
}

const told = async ({ endpoint }: TestCognito) =>
  (await awsJson(endpoint, 'ListUsers', { UserPoolId: POOL_ID })).body;

test.runIf(MAY_MOUNT)(
  'what a full disk does not keep is refused as a fault of the pool, changes nothing, and succeeds unchanged once there is room (needs root, for a disk of its own)',
  async () => {
    const disk = await smallDisk(1);
    const folder = join(disk, 'users');
    const cognito = await startTestCognito({ dataFolder: disk, users });
    onTestFinished(() => cognito.stop());
    const calls = await writingCalls(cognito);
    expect(await cognito.isWritable()).toBe(true);
    const [before, toldBefore] = [await filesIn(folder), await told(cognito)];
    const mails = cognito.mails.length;
    const free = fillDisk(disk);
    calls.push(await srpProof(cognito, 'srp'));
    for (let tries = 0; tries < TRIES; tries += 1) {
      for (const [operation, input] of calls) {
        const { status, body } = await awsJson(cognito.endpoint, operation, input);
        expect([operation, status, body]).toEqual([
          operation,
          500,
          {
            __type: 'InternalErrorException',
            message: 'The user pool cannot keep changes now. Nothing was changed: try again later.',
          },
        ]);
      }
    }
    expect(await cognito.isWritable()).toBe('its disk is full');
    expect(await filesIn(folder)).toEqual(before);
    expect(await told(cognito)).toEqual(toldBefore);
    expect(cognito.mails).toHaveLength(mails);

    free();
    expect(await cognito.isWritable()).toBe(true);
    for (const call of calls) await ask(cognito, call);
    const toldAfter = await told(cognito);
    const again = await startTestCognito({ dataFolder: disk, users });
    onTestFinished(() => again.stop());
    // A start reads the files in the order of their names.
    const sorted = ({ Users }: Record<string, unknown>) =>
      z
        .array(z.looseObject({ Username: z.string() }))
        .parse(Users)
        .sort(byUsername);
    expect(sorted(await told(again))).toEqual(sorted(toldAfter));
    expect(sorted(toldAfter)).not.toEqual(sorted(toldBefore));
  },
);

const byUsername = (one: { Username: string }, other: { Username: string }) =>
  one.Username < other.Username ? -1 : 1;

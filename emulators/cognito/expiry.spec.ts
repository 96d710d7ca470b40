import { AdminCreateUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, test } from 'vitest';
import { totpCode } from './password/totp.ts';
import { awsJson, claimsOf } from './testing/aws-json.ts';
import { cognitoForEachTest } from './testing/cognito-for-each-test.ts';
import { createPerson } from './testing/person.ts';
import { ADA, CLIENT_ID, PASSWORD, POOL_ID } from './testing/test-cognito.ts';

/** What Cognito documents: each is good until its last millisecond, and not in the next one. */
const CHALLENGE_MS = 180_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NEW_PASSWORD = 'Quite-another-2';
const WRONG = 'Incorrect username or password.';

const cognito = cognitoForEachTest({ tokenLifetimes: { accessSeconds: 40 * 86_400 } });

const ada = () => createPerson(cognito().endpoint, ADA.email);

/** One call, and what it is answered: the name and words of an error, or no error. */
async function ask(operation: string, input: object) {
  const { status, body } = await awsJson(cognito().endpoint, operation, input);
  return { status, error: body['__type'], message: body['message'], body };
}

const signInByPassword = (email: string, password: string) =>
  ask('InitiateAuth', {
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: CLIENT_ID,
    AuthParameters: { USERNAME: email, PASSWORD: password },
  });

const accessToken = async () => (await ada().session(PASSWORD)).getAccessToken().getJwtToken();

describe('an SRP challenge', () => {
  /** Signs in, and lets time pass between the challenge and its right answer. */
  async function answerAfter(ms: number): Promise<string> {
    const realFetch = globalThis.fetch;
    globalThis.fetch = (input, init) => {
      if (typeof init?.body === 'string' && init.body.includes('PASSWORD_CLAIM_SIGNATURE')) {
        cognito().passTime(ms);
      }
      return realFetch(input, init);
    };
    try {
      return (await ada().signIn(PASSWORD)).outcome;
    } finally {
      globalThis.fetch = realFetch;
    }
  }

  test('may be answered for three minutes', async () => {
    expect(await answerAfter(CHALLENGE_MS - 1)).toBe('signed-in');
  });

  test('is void after them, as if the password were wrong', async () => {
    await expect(answerAfter(CHALLENGE_MS)).rejects.toMatchObject({ message: WRONG });
  });
});

describe('the session of a challenge', () => {
  const EXPIRED = 'Invalid session for the user, session is expired.';

  test('for a new password is good for three minutes', async () => {
    const email = 'kim@example.com';
    await cognito().sdk.send(
      new AdminCreateUserCommand({
        UserPoolId: POOL_ID,
        Username: email,
        TemporaryPassword: PASSWORD,
      }),
    );
    const answer = async (session: unknown) => {
      const answered = await ask('RespondToAuthChallenge', {
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        ClientId: CLIENT_ID,
        Session: session,
        ChallengeResponses: { USERNAME: email, NEW_PASSWORD },
      });
      return answered.message ?? 'signed in';
    };
    const late = await signInByPassword(email, PASSWORD);
    cognito().passTime(1);
    const inTime = await signInByPassword(email, PASSWORD);
    cognito().passTime(CHALLENGE_MS - 1);
    expect(await answer(late.body['Session'])).toBe(EXPIRED);
    expect(await answer(inTime.body['Session'])).toBe('signed in');
  });

  test('for the code of an authenticator is good for three minutes', async () => {
    const token = await accessToken();
    const { body } = await ask('AssociateSoftwareToken', { AccessToken: token });
    const code = () => totpCode(String(body['SecretCode']), cognito().now());
    await ask('VerifySoftwareToken', { AccessToken: token, UserCode: code() });
    await ask('SetUserMFAPreference', {
      AccessToken: token,
      SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true },
    });
    const answer = async (session: unknown) => {
      const answered = await ask('RespondToAuthChallenge', {
        ChallengeName: 'SOFTWARE_TOKEN_MFA',
        ClientId: CLIENT_ID,
        Session: session,
        ChallengeResponses: { USERNAME: ADA.email, SOFTWARE_TOKEN_MFA_CODE: code() },
      });
      return answered.message ?? 'signed in';
    };
    const late = await signInByPassword(ADA.email, PASSWORD);
    cognito().passTime(1);
    const inTime = await signInByPassword(ADA.email, PASSWORD);
    cognito().passTime(CHALLENGE_MS - 1);
    expect(await answer(late.body['Session'])).toBe(EXPIRED);
    expect(await answer(inTime.body['Session'])).toBe('signed in');
  });
});

describe('a code', () => {
  const EXPIRED = 'ExpiredCodeException';

  test('that confirms a sign-up is good for a day', async () => {
    const emails = ['early@example.com', 'late@example.com'];
    const confirm = async (email: string, ms: number) => {
      await createPerson(cognito().endpoint, email).signUp(PASSWORD, 'Somebody');
      cognito().passTime(ms);
      const input = {
        ClientId: CLIENT_ID,
        Username: email,
        ConfirmationCode: cognito().lastCode(),
      };
      return (await ask('ConfirmSignUp', input)).error;
    };
    expect(await confirm(emails[0] ?? '', DAY_MS - 1)).toBeUndefined();
    expect(await confirm(emails[1] ?? '', DAY_MS)).toBe(EXPIRED);
  });

  test('that verifies an address is good for a day', async () => {
    const AccessToken = await accessToken();
    const verify = async (ms: number) => {
      await ask('GetUserAttributeVerificationCode', { AccessToken, AttributeName: 'email' });
      cognito().passTime(ms);
      const input = { AccessToken, AttributeName: 'email', Code: cognito().lastCode() };
      return (await ask('VerifyUserAttribute', input)).error;
    };
    expect(await verify(DAY_MS - 1)).toBeUndefined();
    expect(await verify(DAY_MS)).toBe(EXPIRED);
  });

  test('for a forgotten password is good for an hour', async () => {
    const confirm = async (ms: number) => {
      await ask('ForgotPassword', { ClientId: CLIENT_ID, Username: ADA.email });
      cognito().passTime(ms);
      const input = {
        ClientId: CLIENT_ID,
        Username: ADA.email,
        ConfirmationCode: cognito().lastCode(),
        Password: NEW_PASSWORD,
      };
      return (await ask('ConfirmForgotPassword', input)).error;
    };
    expect(await confirm(HOUR_MS - 1)).toBeUndefined();
    expect(await confirm(HOUR_MS)).toBe(EXPIRED);
  });
});

test('a temporary password is good for seven days', async () => {
  const email = 'kim@example.com';
  await cognito().sdk.send(
    new AdminCreateUserCommand({
      UserPoolId: POOL_ID,
      Username: email,
      TemporaryPassword: PASSWORD,
    }),
  );
  cognito().passTime(7 * DAY_MS - 1);
  expect((await signInByPassword(email, PASSWORD)).body).toMatchObject({
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
  });
  cognito().passTime(1);
  expect((await signInByPassword(email, PASSWORD)).message).toMatch(
    /^Temporary password has expired/,
  );
});

test('a refresh token is good for thirty days, and a later sign-in does not end an earlier one', async () => {
  const person = ada();
  const session = await person.session(PASSWORD);
  cognito().passTime(30 * DAY_MS - 1);
  await ada().session(PASSWORD);
  expect((await person.refresh(session)).getIdToken().payload).toMatchObject({ sub: ADA.sub });
  cognito().passTime(1);
  await expect(person.refresh(session)).rejects.toMatchObject({
    message: 'Refresh Token has expired',
  });
});

test('an access token is good until the second that it names', async () => {
  const AccessToken = await accessToken();
  const endsAt = Number(claimsOf(AccessToken)['exp']) * 1000;
  cognito().passTime(endsAt - 1 - cognito().now());
  expect((await ask('GetUser', { AccessToken })).status).toBe(200);
  cognito().passTime(1);
  expect(await ask('GetUser', { AccessToken })).toMatchObject({
    error: 'NotAuthorizedException',
    message: 'Access Token has expired',
  });
});

describe('a limit', () => {
  test('of attempts is that of an hour', async () => {
    const forgot = async () =>
      (await ask('ForgotPassword', { ClientId: CLIENT_ID, Username: ADA.email })).error;
    for (let attempt = 0; attempt < 5; attempt += 1) expect(await forgot()).toBeUndefined();
    cognito().passTime(HOUR_MS - 1);
    expect(await forgot()).toBe('LimitExceededException');
    cognito().passTime(1);
    expect(await forgot()).toBeUndefined();
  });

  test('of wrong passwords is a second, then two, up to a quarter of an hour', async () => {
    const wrong = async () => (await signInByPassword(ADA.email, 'Wrong-password-1')).message;
    for (let attempt = 1; attempt < 5; attempt += 1) expect(await wrong()).toBe(WRONG);
    const LOCKS_S = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900];
    for (const seconds of LOCKS_S) {
      expect(await wrong()).toBe(WRONG);
      cognito().passTime(seconds * 1000 - 1);
      expect([seconds, await wrong()]).toEqual([seconds, 'Password attempts exceeded']);
      cognito().passTime(1);
    }
    expect((await signInByPassword(ADA.email, PASSWORD)).status).toBe(200);
  });
});

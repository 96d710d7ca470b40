import { AssociateSoftwareTokenCommand } from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { totpCode } from './password/totp.ts';
import { cognitoForEachTest } from './testing/cognito-for-each-test.ts';
import { createPerson, type Person } from './testing/person.ts';
import { ADA, PASSWORD } from './testing/test-cognito.ts';

const STEP_MS = 30_000;

const cognito = cognitoForEachTest();

const ada = () => createPerson(cognito().endpoint, ADA.email);

const associate = (person: Person) =>
  new Promise<string>((associateSecretCode, onFailure) => {
    person.user.associateSoftwareToken({ associateSecretCode, onFailure });
  });

const verify = (person: Person, code: string) =>
  person.ask<unknown>((user, callbacks) => user.verifySoftwareToken(code, 'phone', callbacks));

const prefer = (person: Person, on: boolean) =>
  person.call<string>((user, done) => {
    user.setUserMfaPreference(null, { Enabled: on, PreferredMfa: on }, done);
  });

const userData = async (person: Person) =>
  z
    .object({ UserMFASettingList: z.array(z.string()).optional() })
    .loose()
    .parse(
      await person.call<unknown>((user, done) => {
        user.getUserData(done, { bypassCache: true });
      }),
    );

/** Ada with an authenticator, whose next code is one that was not used to set it up. */
async function withAuthenticator(): Promise<{ person: Person; secret: string }> {
  const person = ada();
  await person.session(PASSWORD);
  const secret = await associate(person);
  await verify(person, totpCode(secret, cognito().now()));
  await prefer(person, true);
  cognito().passTime(STEP_MS);
  return { person, secret };
}

test('a person sets up an authenticator, signs in with its code and refreshes', async () => {
  const { person, secret } = await withAuthenticator();
  expect(secret).toMatch(/^[A-Z2-7]{52}$/);
  expect(await userData(person)).toMatchObject({
    UserMFASettingList: ['SOFTWARE_TOKEN_MFA'],
    PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA',
  });
  const again = ada();
  expect((await again.signIn(PASSWORD)).outcome).toBe('totp');
  const result = await again.totp(totpCode(secret, cognito().now()));
  if (result.outcome !== 'signed-in') throw new Error(result.outcome);
  expect((await again.refresh(result.session)).isValid()).toBe(true);
});

test('a wrong code may be put right', async () => {
  const { secret } = await withAuthenticator();
  const person = ada();
  await person.signIn(PASSWORD);
  const late = totpCode(secret, cognito().now() - 10 * STEP_MS);
  await expect(person.totp(late)).rejects.toMatchObject({
    name: 'CodeMismatchException',
    message: 'Invalid code received for user',
  });
  expect((await person.totp(totpCode(secret, cognito().now()))).outcome).toBe('signed-in');
});

test.each(['１２３４５６', '٣٣٣٣٣٣', '12345é', '12345\ud83d', '1234567'])(
  'what is no code is a wrong one, in every call that takes it: %j',
  async (code) => {
    const { person, secret } = await withAuthenticator();
    const signingIn = ada();
    await signingIn.signIn(PASSWORD);
    await expect(signingIn.totp(code)).rejects.toMatchObject({ name: 'CodeMismatchException' });
    await expect(verify(person, code)).rejects.toMatchObject({
      name: 'EnableSoftwareTokenMFAException',
      message: 'Code mismatch',
    });
    expect((await signingIn.totp(totpCode(secret, cognito().now()))).outcome).toBe('signed-in');
  },
);

describe('a code is good once:', () => {
  const USED = 'Your software token has already been used once.';
  /** The calls that take a code, each by the answer that says it was used. */
  const calls: Record<string, (person: Person, code: string) => Promise<unknown>> = {
    'signing in': async (_person, code) => {
      const anew = ada();
      await anew.signIn(PASSWORD);
      return anew.totp(code);
    },
    'proving the secret': verify,
  };

  test.each(
    Object.keys(calls).flatMap((first) => Object.keys(calls).map((second) => [first, second])),
  )('%s, then %s', async (first, second) => {
    const { person, secret } = await withAuthenticator();
    const code = totpCode(secret, cognito().now());
    const before = totpCode(secret, cognito().now() - STEP_MS);
    await calls[first]?.(person, code);
    for (const used of [code, before]) {
      await expect(calls[second]?.(person, used)).rejects.toMatchObject({ message: USED });
    }
    cognito().passTime(STEP_MS);
    await calls[second]?.(person, totpCode(secret, cognito().now()));
  });

  test('setting it up, then signing in', async () => {
    const person = ada();
    await person.session(PASSWORD);
    const secret = await associate(person);
    const code = totpCode(secret, cognito().now());
    await verify(person, code);
    await prefer(person, true);
    await expect(calls['signing in']?.(person, code)).rejects.toMatchObject({
      name: 'ExpiredCodeException',
      message: USED,
    });
  });

  test('signing in twice at the same moment', async () => {
    const { secret } = await withAuthenticator();
    const people = [ada(), ada()];
    for (const person of people) await person.signIn(PASSWORD);
    const code = totpCode(secret, cognito().now());
    const outcomes = await Promise.allSettled(people.map((person) => person.totp(code)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

test('a wrong password is told before any code is asked for', async () => {
  await withAuthenticator();
  await expect(ada().signIn('Wrong-password-1')).rejects.toMatchObject({
    message: 'Incorrect username or password.',
  });
});

test('guessing codes comes to an end', async () => {
  const { secret } = await withAuthenticator();
  const person = ada();
  await person.signIn(PASSWORD);
  const late = totpCode(secret, cognito().now() - 10 * STEP_MS);
  for (let attempt = 0; attempt < 15; attempt += 1) {
    await expect(person.totp(late)).rejects.toMatchObject({ name: 'CodeMismatchException' });
  }
  await expect(person.totp(totpCode(secret, cognito().now()))).rejects.toMatchObject({
    name: 'LimitExceededException',
  });
});

test('a secret that was never proven changes nothing, a proven one can be switched off', async () => {
  const person = ada();
  await person.session(PASSWORD);
  await expect(prefer(person, true)).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: 'User has not verified software token mfa',
  });
  const secret = await associate(person);
  const late = totpCode(secret, cognito().now() - 10 * STEP_MS);
  await expect(verify(person, late)).rejects.toMatchObject({
    name: 'EnableSoftwareTokenMFAException',
    message: 'Code mismatch',
  });
  expect((await ada().signIn(PASSWORD)).outcome).toBe('signed-in');

  await verify(person, totpCode(secret, cognito().now()));
  await prefer(person, true);
  expect((await ada().signIn(PASSWORD)).outcome).toBe('totp');
  await prefer(person, false);
  expect((await ada().signIn(PASSWORD)).outcome).toBe('signed-in');
  expect(await userData(person)).not.toHaveProperty('UserMFASettingList');
});

test('a new secret takes over when it is proven, not before', async () => {
  const { person, secret } = await withAuthenticator();
  const next = await associate(person);
  const between = ada();
  await between.signIn(PASSWORD);
  expect((await between.totp(totpCode(secret, cognito().now()))).outcome).toBe('signed-in');
  await verify(person, totpCode(next, cognito().now()));
  cognito().passTime(STEP_MS);
  const after = ada();
  await after.signIn(PASSWORD);
  await expect(after.totp(totpCode(secret, cognito().now()))).rejects.toMatchObject({
    name: 'CodeMismatchException',
  });
  expect((await after.totp(totpCode(next, cognito().now()))).outcome).toBe('signed-in');
});

test('nobody sets up an authenticator without an access token', async () => {
  const attempt = new AssociateSoftwareTokenCommand({ Session: 'x'.repeat(40) });
  await expect(cognito().sdk.send(attempt)).rejects.toMatchObject({
    name: 'NotAuthorizedException',
    message: 'Invalid session for the user.',
  });
});

import {
  AdminCreateUserCommand,
  AdminResetUserPasswordCommand,
  AdminSetUserPasswordCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, test } from 'vitest';
import { cognitoForEachTest } from './testing/cognito-for-each-test.ts';
import { createPerson } from './testing/person.ts';
import { ADA, CLIENT_ID, PASSWORD, POOL_ID } from './testing/test-cognito.ts';

const NEW_PASSWORD = 'Quite-another-2';
const WEAK = { name: 'InvalidPasswordException' };
const WRONG = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };
const HOUR_MS = 3_600_000;

const cognito = cognitoForEachTest();

const ada = () => createPerson(cognito().endpoint, ADA.email);

describe('a forgotten password', () => {
  const forgot = () => ada().ask<unknown>((user, callbacks) => user.forgotPassword(callbacks));
  const confirm = (code: string, password = NEW_PASSWORD) =>
    ada().ask<string>((user, callbacks) => user.confirmPassword(code, password, callbacks));
  const wrongCode = () => (cognito().lastCode() === '000000' ? '000001' : '000000');

  test('is replaced with the code of the mail, and the refresh after it works', async () => {
    expect(await forgot()).toMatchObject({
      CodeDeliveryDetails: { Destination: 'a***@e***', DeliveryMedium: 'EMAIL' },
    });
    expect(cognito().mails).toMatchObject([{ email: ADA.email, purpose: 'forgot-password' }]);
    expect(await confirm(cognito().lastCode())).toBe('SUCCESS');
    await expect(ada().signIn(PASSWORD)).rejects.toMatchObject(WRONG);
    const person = ada();
    const session = await person.session(NEW_PASSWORD);
    expect((await person.refresh(session)).isValid()).toBe(true);
  });

  test('its code is good once, for an hour, and for a password that the policy takes', async () => {
    await forgot();
    const code = cognito().lastCode();
    await expect(confirm(code, 'weak')).rejects.toMatchObject(WEAK);
    await expect(confirm(wrongCode())).rejects.toMatchObject({ name: 'CodeMismatchException' });
    await confirm(code);
    await expect(confirm(code)).rejects.toMatchObject({ name: 'CodeMismatchException' });
    await forgot();
    cognito().passTime(HOUR_MS + 1);
    await expect(confirm(cognito().lastCode())).rejects.toMatchObject({
      name: 'ExpiredCodeException',
    });
  });

  test('cannot be asked for without end', async () => {
    for (let attempt = 0; attempt < 5; attempt += 1) await forgot();
    await expect(forgot()).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'Attempt limit exceeded, please try after some time.',
    });
    cognito().passTime(HOUR_MS + 1);
    await forgot();
  });

  test('may be what an administrator demands', async () => {
    const user = { UserPoolId: POOL_ID, Username: ADA.email };
    await cognito().sdk.send(new AdminResetUserPasswordCommand(user));
    await expect(ada().signIn(PASSWORD)).rejects.toMatchObject({
      name: 'PasswordResetRequiredException',
    });
    await confirm(cognito().lastCode());
    await ada().session(NEW_PASSWORD);
  });
});

describe('a change of password', () => {
  const change = async (before: string, after: string, person = ada()) => {
    if (person.user.getSignInUserSession() === null) await person.session(PASSWORD);
    return person.call<string>((user, done) => user.changePassword(before, after, done));
  };

  test('holds from then on, and the sign-in goes on', async () => {
    const person = ada();
    const session = await person.session(PASSWORD);
    expect(await change(PASSWORD, NEW_PASSWORD, person)).toBe('SUCCESS');
    expect((await person.refresh(session)).isValid()).toBe(true);
    await expect(ada().signIn(PASSWORD)).rejects.toMatchObject(WRONG);
    await ada().session(NEW_PASSWORD);
  });

  test('needs the old one, and a new one that the policy takes', async () => {
    const person = ada();
    await expect(change(PASSWORD, 'weak', person)).rejects.toMatchObject(WEAK);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expect(change('Not-the-old-1', NEW_PASSWORD, person)).rejects.toMatchObject(WRONG);
    }
    await expect(change(PASSWORD, NEW_PASSWORD, person)).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
  });
});

describe('an invited user', () => {
  const EMAIL = 'kim@example.com';
  const TEMPORARY = 'For-now-only-1';
  const invite = () =>
    cognito().sdk.send(
      new AdminCreateUserCommand({
        UserPoolId: POOL_ID,
        Username: EMAIL,
        TemporaryPassword: TEMPORARY,
        UserAttributes: [{ Name: 'email_verified', Value: 'true' }],
      }),
    );
  const kim = () => createPerson(cognito().endpoint, EMAIL);

  test('sets a password of their own at the first sign-in, and can refresh', async () => {
    expect(await invite()).toMatchObject({
      User: { UserStatus: 'FORCE_CHANGE_PASSWORD', Enabled: true },
    });
    expect(cognito().mails).toEqual([{ email: EMAIL, code: TEMPORARY, purpose: 'invitation' }]);
    const person = kim();
    expect(await person.signIn(TEMPORARY)).toMatchObject({
      outcome: 'new-password',
      attributes: { email: EMAIL },
    });
    await expect(person.newPassword('weak', {})).rejects.toMatchObject(WEAK);
    const result = await person.newPassword(NEW_PASSWORD, { name: 'Kim Novak' });
    if (result.outcome !== 'signed-in') throw new Error(result.outcome);
    expect(result.session.getIdToken().payload).toMatchObject({ name: 'Kim Novak' });
    expect((await person.refresh(result.session)).isValid()).toBe(true);
    await expect(kim().signIn(TEMPORARY)).rejects.toMatchObject(WRONG);
    await kim().session(NEW_PASSWORD);
  });

  test('cannot take another address on the way', async () => {
    await invite();
    const person = kim();
    await person.signIn(TEMPORARY);
    await expect(person.newPassword(NEW_PASSWORD, { email: ADA.email })).rejects.toMatchObject({
      message: 'Cannot modify an already provided email',
    });
  });

  test('has seven days, and is invited again after that', async () => {
    await invite();
    cognito().passTime(7 * 24 * HOUR_MS + 1);
    await expect(kim().signIn(TEMPORARY)).rejects.toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Temporary password has expired and must be reset by an administrator.',
    });
    const again = { UserPoolId: POOL_ID, Username: EMAIL, Password: TEMPORARY };
    await cognito().sdk.send(new AdminSetUserPasswordCommand(again));
    expect((await kim().signIn(TEMPORARY)).outcome).toBe('new-password');
    await cognito().sdk.send(new AdminSetUserPasswordCommand({ ...again, Permanent: true }));
    await kim().session(TEMPORARY);
  });

  test('answers the challenge only with the session that it came with, once and soon', async () => {
    await invite();
    const begin = async () => {
      const { Session } = await cognito().sdk.send(
        new InitiateAuthCommand({
          AuthFlow: 'USER_PASSWORD_AUTH',
          ClientId: CLIENT_ID,
          AuthParameters: { USERNAME: EMAIL, PASSWORD: TEMPORARY },
        }),
      );
      return Session;
    };
    const answer = (session: string | undefined, name = EMAIL) =>
      cognito().sdk.send(
        new RespondToAuthChallengeCommand({
          ChallengeName: 'NEW_PASSWORD_REQUIRED',
          ClientId: CLIENT_ID,
          Session: session,
          ChallengeResponses: { USERNAME: name, NEW_PASSWORD },
        }),
      );
    const refused = (message: string) => ({ name: 'NotAuthorizedException', message });
    const invalid = refused('Invalid session for the user.');
    const session = await begin();
    await expect(answer('x'.repeat(40))).rejects.toMatchObject(invalid);
    await expect(answer(session, ADA.email)).rejects.toMatchObject(invalid);
    await expect(answer(undefined)).rejects.toMatchObject({
      message: 'Missing required parameter Session',
    });
    cognito().passTime(180_001);
    await expect(answer(session)).rejects.toMatchObject(
      refused('Invalid session for the user, session is expired.'),
    );
    const fresh = await begin();
    expect(await answer(fresh)).toHaveProperty('AuthenticationResult.AccessToken');
    await expect(answer(fresh)).rejects.toMatchObject(
      refused('Invalid session for the user, session can only be used once.'),
    );
  });
});

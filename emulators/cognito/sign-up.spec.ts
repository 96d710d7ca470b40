import {
  AdminDisableUserCommand,
  AdminGetUserCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { beforeEach, describe, expect, test } from 'vitest';
import { cognitoForEachTest } from './testing/cognito-for-each-test.ts';
import { createPerson } from './testing/person.ts';
import { ADA, CLIENT_ID, POOL_ID, startTestCognito } from './testing/test-cognito.ts';

const EMAIL = 'Lin@example.com';
const PASSWORD = 'Rather-good-1';
const DAY_MS = 86_400_000;

const cognito = cognitoForEachTest();

const lin = () => createPerson(cognito().endpoint, EMAIL);
const confirm = (code: string) =>
  lin().call<string>((user, done) => user.confirmRegistration(code, false, done));
const resend = (email = EMAIL) =>
  createPerson(cognito().endpoint, email).call<object>((user, done) =>
    user.resendConfirmationCode(done),
  );
const wrongCode = () => (cognito().lastCode() === '000000' ? '000001' : '000000');

describe('sign-up', () => {
  test('a person signs up, confirms with the code of the mail, signs in and refreshes', async () => {
    const person = lin();
    await person.signUp(PASSWORD, 'Lin Chen');
    expect(cognito().mails).toMatchObject([{ email: EMAIL, purpose: 'sign-up' }]);
    expect(cognito().lastCode()).toMatch(/^\d{6}$/);
    await expect(person.signIn(PASSWORD)).rejects.toMatchObject({
      name: 'UserNotConfirmedException',
      message: 'User is not confirmed.',
    });
    expect(await confirm(cognito().lastCode())).toBe('SUCCESS');
    const session = await lin().session(PASSWORD);
    expect(session.getIdToken().payload).toMatchObject({
      email: EMAIL,
      email_verified: true,
      name: 'Lin Chen',
    });
    expect((await person.refresh(session)).isValid()).toBe(true);
  });

  test('the answer tells where the mail went without telling the address', async () => {
    const answer = await cognito().sdk.send(
      new SignUpCommand({ ClientId: CLIENT_ID, Username: EMAIL, Password: PASSWORD }),
    );
    expect(answer).toMatchObject({
      UserConfirmed: false,
      CodeDeliveryDetails: {
        AttributeName: 'email',
        DeliveryMedium: 'EMAIL',
        Destination: 'l***@e***',
      },
    });
    expect(answer.UserSub).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('an address that is taken is refused, in any case of letters', async () => {
    const taken = createPerson(cognito().endpoint, ADA.email.toUpperCase());
    await expect(taken.signUp(PASSWORD, 'Not Ada')).rejects.toMatchObject({
      name: 'UsernameExistsException',
    });
  });

  test.each([
    ['Short-1', 'Password not long enough'],
    ['all-small-1', 'Password must have uppercase characters'],
    ['ALL-LARGE-1', 'Password must have lowercase characters'],
    ['No-digits-', 'Password must have numeric characters'],
    ['NoSymbol1', 'Password must have symbol characters'],
  ])('the password %s is refused by the policy', async (password, complaint) => {
    await expect(lin().signUp(password, 'Lin')).rejects.toMatchObject({
      name: 'InvalidPasswordException',
      message: `Password did not conform with policy: ${complaint}`,
    });
    expect(cognito().mails).toEqual([]);
  });

  test.each([
    ['no address', { Username: 'lin' }, 'Username should be an email.'],
    ['another address', { UserAttributes: [{ Name: 'email', Value: 'x@example.com' }] }, 'same'],
    ['an unknown attribute', { UserAttributes: [{ Name: 'rank', Value: '1' }] }, '{rank}'],
  ])('%s is refused', async (_what, changed, message) => {
    const attempt = new SignUpCommand({
      ClientId: CLIENT_ID,
      Username: EMAIL,
      Password: PASSWORD,
      ...changed,
    });
    const refusal = cognito().sdk.send(attempt);
    await expect(refusal).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(refusal).rejects.toThrow(message);
  });

  test('nobody declares their own address verified', async () => {
    const attempt = new SignUpCommand({
      ClientId: CLIENT_ID,
      Username: EMAIL,
      Password: PASSWORD,
      UserAttributes: [{ Name: 'email_verified', Value: 'true' }],
    });
    await expect(cognito().sdk.send(attempt)).rejects.toMatchObject({
      name: 'NotAuthorizedException',
      message: 'A client attempted to write unauthorized attribute',
    });
  });
});

describe('confirmation', () => {
  beforeEach(() => lin().signUp(PASSWORD, 'Lin Chen'));

  test('a wrong code is a mismatch, an old one has expired', async () => {
    await expect(confirm(wrongCode())).rejects.toMatchObject({
      name: 'CodeMismatchException',
      message: 'Invalid verification code provided, please try again.',
    });
    cognito().passTime(DAY_MS + 1);
    await expect(confirm(cognito().lastCode())).rejects.toMatchObject({
      name: 'ExpiredCodeException',
      message: 'Invalid code provided, please request a code again.',
    });
  });

  test('a resent code confirms, and the one before it does not', async () => {
    const first = cognito().lastCode();
    expect(await resend()).toMatchObject({ CodeDeliveryDetails: { Destination: 'l***@e***' } });
    expect(cognito().mails).toHaveLength(2);
    if (first !== cognito().lastCode()) {
      await expect(confirm(first)).rejects.toMatchObject({ name: 'CodeMismatchException' });
    }
    await confirm(cognito().lastCode());
  });

  test('what is confirmed is not confirmed again, and gets no more mail', async () => {
    await confirm(cognito().lastCode());
    await expect(confirm(cognito().lastCode())).rejects.toMatchObject({
      name: 'CodeMismatchException',
    });
    await resend();
    expect(cognito().mails).toHaveLength(1);
  });

  test('guessing comes to an end', async () => {
    for (let attempt = 0; attempt < 15; attempt += 1) {
      await expect(confirm(wrongCode())).rejects.toMatchObject({ name: 'CodeMismatchException' });
    }
    await expect(confirm(cognito().lastCode())).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'Attempt limit exceeded, please try after some time.',
    });
    cognito().passTime(3_600_001);
    await confirm(cognito().lastCode());
  });

  test('so does asking for mails', async () => {
    for (let attempt = 0; attempt < 5; attempt += 1) await resend();
    await expect(resend()).rejects.toMatchObject({ name: 'LimitExceededException' });
  });

  test('a stranger and a disabled user get no mail, and no use of a code', async () => {
    await cognito().sdk.send(new AdminDisableUserCommand({ UserPoolId: POOL_ID, Username: EMAIL }));
    await resend('lost@example.com');
    await resend();
    expect(cognito().mails).toHaveLength(1);
    await expect(confirm(cognito().lastCode())).rejects.toMatchObject({
      name: 'CodeMismatchException',
    });
  });
});

test('a mail that cannot be sent is told, and the code can be asked for again', async () => {
  let broken = true;
  const other = await startTestCognito({
    deliverCode: () => (broken ? Promise.reject(new Error('no route')) : Promise.resolve()),
  });
  try {
    const person = createPerson(other.endpoint, EMAIL);
    await expect(person.signUp(PASSWORD, 'Lin')).rejects.toMatchObject({
      name: 'CodeDeliveryFailureException',
    });
    broken = false;
    await person.call<object>((user, done) => user.resendConfirmationCode(done));
    const user = new AdminGetUserCommand({ UserPoolId: POOL_ID, Username: EMAIL });
    expect(await other.sdk.send(user)).toMatchObject({ UserStatus: 'UNCONFIRMED' });
  } finally {
    await other.stop();
  }
});

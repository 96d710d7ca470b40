import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { noFiles } from './store/record-files.ts';
import { awsJson } from './testing/aws-json.ts';
import { cognitoForEachTest } from './testing/cognito-for-each-test.ts';
import { createPerson } from './testing/person.ts';
import { ADA, CLIENT_ID, PASSWORD, POOL_ID } from './testing/test-cognito.ts';

const OWN = 'ada.own@example.com';
const OF_SOMEBODY_ELSE = 'victim@example.com';
const NEW_PASSWORD = 'Quite-another-2';
const HOUR_MS = 3_600_000;
const MISMATCH = 'CodeMismatchException';

const cognito = cognitoForEachTest();
beforeEach(async () => {});
afterEach(() => vi.restoreAllMocks());

/** The error's name where there is one, else `done`. */
async function ask(operation: string, input: object): Promise<string> {
  const { body } = await awsJson(cognito().endpoint, operation, input);
  return typeof body['__type'] === 'string' ? body['__type'] : 'done';
}

const accessToken = async (email: string) =>
  (await createPerson(cognito().endpoint, email).session(PASSWORD)).getAccessToken().getJwtToken();

const address = (Value: string) => [{ Name: 'email', Value }];

const verify = (AccessToken: string, Code: string) =>
  ask('VerifyUserAttribute', { AccessToken, AttributeName: 'email', Code });

const attributeList = z.array(z.object({ Name: z.string(), Value: z.string() }));

/** Whether the address of whoever has it is verified: `true` or `false`. */
async function verifiedState(Username: string): Promise<string | undefined> {
  const user = { UserPoolId: POOL_ID, Username };
  const { body } = await awsJson(cognito().endpoint, 'AdminGetUser', user);
  const attributes = attributeList.parse(body['UserAttributes']);
  return attributes.find(({ Name }) => Name === 'email_verified')?.Value;
}

/** Holds the next record on its way to the disk; `arrived` tells that it is there. */
function holdNextWrite(): { arrived: Promise<undefined>; release: () => void } {
  const arrived = Promise.withResolvers<undefined>();
  const disk = Promise.withResolvers<undefined>();
  vi.spyOn(noFiles, 'write').mockImplementationOnce(() => {
    arrived.resolve(undefined);
    return disk.promise;
  });
  return { arrived: arrived.promise, release: () => disk.resolve(undefined) };
}

test('a code that went to one address does not verify the next, not even while that is being kept', async () => {
  const AccessToken = await accessToken(ADA.email);
  await ask('UpdateUserAttributes', { AccessToken, UserAttributes: address(OWN) });
  const code = cognito().lastCode();
  const held = holdNextWrite();
  const moved = ask('UpdateUserAttributes', {
    AccessToken,
    UserAttributes: address(OF_SOMEBODY_ELSE),
  });
  await held.arrived;
  expect(await verify(AccessToken, code)).toBe(MISMATCH);
  held.release();
  expect(await moved).toBe('done');
  expect(await verifiedState(OF_SOMEBODY_ELSE)).toBe('false');
  expect(cognito().mails.map(({ email }) => email)).toEqual([OWN, OF_SOMEBODY_ELSE]);
  expect(await verify(AccessToken, cognito().lastCode())).toBe('done');
  expect(await verifiedState(OF_SOMEBODY_ELSE)).toBe('true');
});

test('whoever is signed in has five codes sent in an hour, whatever addresses they name, and changes the rest freely', async () => {
  let AccessToken = await accessToken(ADA.email);
  const change = (UserAttributes: object[]) =>
    ask('UpdateUserAttributes', { AccessToken, UserAttributes });
  const again = () =>
    ask('GetUserAttributeVerificationCode', { AccessToken, AttributeName: 'email' });
  const moveTo = (name: string) => change(address(`${name}@example.com`));
  expect(await again()).toBe('done');
  for (const name of ['one', 'two', 'three', 'four']) expect(await moveTo(name)).toBe('done');
  expect(await moveTo('five')).toBe('LimitExceededException');
  expect(await again()).toBe('LimitExceededException');
  expect(cognito().mails).toHaveLength(5);
  expect(await verifiedState('four@example.com')).toBe('false');
  const words = [...address('four@example.com'), { Name: 'name', Value: 'Countess' }];
  expect(await change(words)).toBe('done');
  expect(await verify(AccessToken, cognito().lastCode())).toBe('done');
  cognito().passTime(HOUR_MS);
  AccessToken = await accessToken('four@example.com');
  expect(await moveTo('five')).toBe('done');
  expect(cognito().mails.at(-1)).toMatchObject({ email: 'five@example.com' });
});

describe('a code is void once an administrator has changed the address that it went to', () => {
  const move = async (Username: string) => {
    const user = { UserPoolId: POOL_ID, Username };
    const UserAttributes = address(OF_SOMEBODY_ELSE);
    expect(await ask('AdminUpdateUserAttributes', { ...user, UserAttributes })).toBe('done');
  };

  test('that of another address', async () => {
    const AccessToken = await accessToken(ADA.email);
    await ask('UpdateUserAttributes', { AccessToken, UserAttributes: address(OWN) });
    await move(OWN);
    expect(await verify(AccessToken, cognito().lastCode())).toBe(MISMATCH);
    expect(await verifiedState(OF_SOMEBODY_ELSE)).toBe('false');
  });

  test('that of a sign-up', async () => {
    await createPerson(cognito().endpoint, OWN).signUp(PASSWORD, 'Ada');
    await move(OWN);
    const named = { ClientId: CLIENT_ID, Username: OF_SOMEBODY_ELSE };
    const confirmation = { ...named, ConfirmationCode: cognito().lastCode() };
    expect(await ask('ConfirmSignUp', confirmation)).toBe(MISMATCH);
    expect(await verifiedState(OF_SOMEBODY_ELSE)).toBe('false');
    await ask('ResendConfirmationCode', named);
    const again = { ...named, ConfirmationCode: cognito().lastCode() };
    expect(await ask('ConfirmSignUp', again)).toBe('done');
  });

  test('that of a forgotten password', async () => {
    await ask('ForgotPassword', { ClientId: CLIENT_ID, Username: ADA.email });
    await move(ADA.email);
    const reset = {
      ClientId: CLIENT_ID,
      Username: OF_SOMEBODY_ELSE,
      ConfirmationCode: cognito().lastCode(),
      Password: NEW_PASSWORD,
    };
    expect(await ask('ConfirmForgotPassword', reset)).toBe(MISMATCH);
  });
});

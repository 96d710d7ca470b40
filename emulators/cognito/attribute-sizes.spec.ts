import { expect, test } from 'vitest';
import { z } from 'zod';
import { awsJson } from './testing/aws-json.ts';
import { cognitoForEachTest } from './testing/cognito-for-each-test.ts';
import { createPerson } from './testing/person.ts';
import { ADA, CLIENT_ID, PASSWORD, POOL_ID } from './testing/test-cognito.ts';

const cognito = cognitoForEachTest();

const ask = (operation: string, input: object) => awsJson(cognito().endpoint, operation, input);
const texts = (Value: string) => [{ Name: 'profile', Value }];
const lin = { ClientId: CLIENT_ID, Username: 'lin@example.com', Password: PASSWORD };
const invited = { UserPoolId: POOL_ID, Username: 'ivy@example.com', TemporaryPassword: PASSWORD };

const accessToken = async () =>
  (await createPerson(cognito().endpoint, ADA.email).session(PASSWORD))
    .getAccessToken()
    .getJwtToken();

/** What an invited user says of themselves with their first password. */
async function firstPassword(value: string) {
  await ask('AdminCreateUser', invited);
  const AuthParameters = { USERNAME: invited.Username, PASSWORD };
  const { body } = await ask('InitiateAuth', {
    ClientId: CLIENT_ID,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters,
  });
  return ask('RespondToAuthChallenge', {
    ClientId: CLIENT_ID,
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
    Session: z.string().parse(body['Session']),
    ChallengeResponses: {
      USERNAME: invited.Username,
      NEW_PASSWORD: 'Quite-another-2',
      'userAttributes.profile': value,
    },
  });
}

/** Every call by which an attribute gets a value. */
const CALLS: Record<string, (value: string) => ReturnType<typeof ask>> = {
  SignUp: (value) => ask('SignUp', { ...lin, UserAttributes: texts(value) }),
  UpdateUserAttributes: async (value) =>
    ask('UpdateUserAttributes', {
      AccessToken: await accessToken(),
      UserAttributes: texts(value),
    }),
  AdminCreateUser: (value) => ask('AdminCreateUser', { ...invited, UserAttributes: texts(value) }),
  AdminUpdateUserAttributes: (value) =>
    ask('AdminUpdateUserAttributes', {
      UserPoolId: POOL_ID,
      Username: ADA.email,
      UserAttributes: texts(value),
    }),
  'RespondToAuthChallenge with a first password': firstPassword,
};

test.each(Object.entries(CALLS))(
  '%s takes 2,048 characters of an attribute, and no more',
  async (_name, call) => {
    const { status, body } = await call('x'.repeat(2_049));
    expect([status, body['__type']]).toEqual([400, 'InvalidParameterException']);
    expect(body['message']).toContain('profile: String must be no longer than 2048 characters');
    expect((await call('x'.repeat(2_048))).status).toBe(200);
  },
);

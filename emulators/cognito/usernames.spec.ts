import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsJson } from './testing/aws-json.ts';
import {
  CLIENT_ID,
  PASSWORD,
  POOL_ID,
  startTestCognito,
  type TestCognito,
} from './testing/test-cognito.ts';

let cognito: TestCognito;
beforeAll(async () => {
  cognito = await startTestCognito();
});
afterAll(() => cognito.stop());

const admin = (Username: string) => ({ UserPoolId: POOL_ID, Username, Password: PASSWORD });

/** Every call that takes a name, given that name. */
const CALLS: Record<string, (name: string) => object> = {
  SignUp: (Username) => ({ ClientId: CLIENT_ID, Username, Password: PASSWORD }),
  ConfirmSignUp: (Username) => ({ ClientId: CLIENT_ID, Username, ConfirmationCode: '123456' }),
  ResendConfirmationCode: (Username) => ({ ClientId: CLIENT_ID, Username }),
  ForgotPassword: (Username) => ({ ClientId: CLIENT_ID, Username }),
  ConfirmForgotPassword: (Username) => ({
    ClientId: CLIENT_ID,
    Username,
    ConfirmationCode: '123456',
    Password: PASSWORD,
  }),
  InitiateAuth: (USERNAME) => ({
    ClientId: CLIENT_ID,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME, PASSWORD },
  }),
  AdminInitiateAuth: (USERNAME) => ({
    UserPoolId: POOL_ID,
    ClientId: CLIENT_ID,
    AuthFlow: 'USER_SRP_AUTH',
    AuthParameters: { USERNAME, SRP_A: 'abc' },
  }),
  RespondToAuthChallenge: (USERNAME) => ({
    ClientId: CLIENT_ID,
    ChallengeName: 'SOFTWARE_TOKEN_MFA',
    Session: 'any',
    ChallengeResponses: { USERNAME, SOFTWARE_TOKEN_MFA_CODE: '123456' },
  }),
  AdminCreateUser: admin,
  AdminGetUser: admin,
  AdminSetUserPassword: admin,
  AdminDisableUser: admin,
};

describe.each(Object.entries(CALLS))('the name that %s is given', (operation, inputOf) => {
  const message = async (name: string) => {
    const { body } = await awsJson(cognito.endpoint, operation, inputOf(name));
    return typeof body['message'] === 'string' ? body['message'] : '';
  };

  test('has at most 128 characters', async () => {
    const longest = `${'x'.repeat(116)}@example.com`;
    expect(longest).toHaveLength(128);
    expect(await message(longest)).not.toMatch(/characters/);
    for (const tooLong of [`x${longest}`, `${'x'.repeat(120_000)}@example.com`]) {
      expect(await message(tooLong)).toMatch(/128 characters|<=128 characters/);
    }
  });

  test('is not empty', async () => {
    expect(await message('')).toMatch(/USERNAME|username/);
  });
});

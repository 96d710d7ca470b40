import {
  confirmResetPassword,
  confirmSignIn,
  confirmSignUp,
  fetchDevices,
  fetchUserAttributes,
  resetPassword,
  setUpTOTP,
  signIn,
  signOut,
  signUp,
  updateMFAPreference,
  verifyTOTPSetup,
} from '@aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from '@aws-amplify/auth/cognito';
import { Amplify, fetchAuthSession } from '@aws-amplify/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { totpCode } from './password/totp.ts';
import { cognitoForEachTest } from './testing/cognito-for-each-test.ts';
import { CLIENT_ID, POOL_ID } from './testing/test-cognito.ts';

const EMAIL = 'lin@example.com';
const PASSWORD = 'Rather-good-1';
const NEW_PASSWORD = 'Quite-another-2';
const STEP_MS = 30_000;

const cognito = cognitoForEachTest();
beforeEach(async () => {
  const kept = new Map<string, string>();
  const Auth = {
    Cognito: {
      userPoolId: POOL_ID,
      userPoolClientId: CLIENT_ID,
      userPoolEndpoint: cognito().endpoint,
    },
  };
  // As the package aws-amplify puts its two parts together.
  cognitoUserPoolsTokenProvider.setAuthConfig(Auth);
  Amplify.configure({ Auth }, { Auth: { tokenProvider: cognitoUserPoolsTokenProvider } });
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: (key, value) => Promise.resolve(void kept.set(key, value)),
    getItem: (key) => Promise.resolve(kept.get(key) ?? null),
    removeItem: (key) => Promise.resolve(void kept.delete(key)),
    clear: () => {
      kept.clear();
      return Promise.resolve();
    },
  });
  await signUp({
    username: EMAIL,
    password: PASSWORD,
    options: { userAttributes: { email: EMAIL, name: 'Lin Chen' } },
  });
  await confirmSignUp({ username: EMAIL, confirmationCode: cognito().lastCode() });
});
afterEach(() => signOut());

const begin = async (password: string) =>
  (await signIn({ username: EMAIL, password })).nextStep.signInStep;

const accessToken = async (forceRefresh = false) =>
  (await fetchAuthSession({ forceRefresh })).tokens?.accessToken.toString();

test('somebody who uses aws-amplify signs in, refreshes and signs out', async () => {
  expect(await begin(PASSWORD)).toBe('DONE');
  expect(await fetchUserAttributes()).toMatchObject({ email: EMAIL, name: 'Lin Chen' });
  expect(await fetchDevices()).toEqual([]);
  const first = await accessToken();
  expect(await accessToken(true)).not.toBe(first);
  await signOut({ global: true });
  expect(await accessToken()).toBeUndefined();
});

test('they set up an authenticator and sign in with its code', async () => {
  await begin(PASSWORD);
  const { sharedSecret } = await setUpTOTP();
  await verifyTOTPSetup({ code: totpCode(sharedSecret, cognito().now()) });
  await updateMFAPreference({ totp: 'PREFERRED' });
  await signOut();
  cognito().passTime(STEP_MS);
  expect(await begin(PASSWORD)).toBe('CONFIRM_SIGN_IN_WITH_TOTP_CODE');
  const { isSignedIn } = await confirmSignIn({
    challengeResponse: totpCode(sharedSecret, cognito().now()),
  });
  expect(isSignedIn).toBe(true);
});

test('they reset a forgotten password', async () => {
  const { nextStep } = await resetPassword({ username: EMAIL });
  expect(nextStep).toMatchObject({
    resetPasswordStep: 'CONFIRM_RESET_PASSWORD_WITH_CODE',
    codeDeliveryDetails: { destination: 'l***@e***' },
  });
  await confirmResetPassword({
    username: EMAIL,
    confirmationCode: cognito().lastCode(),
    newPassword: NEW_PASSWORD,
  });
  await expect(begin(PASSWORD)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
  expect(await begin(NEW_PASSWORD)).toBe('DONE');
});

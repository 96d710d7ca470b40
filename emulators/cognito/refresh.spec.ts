import {
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect, test } from 'vitest';
import { claimsOf } from './testing/aws-json.ts';
import { cognitoForEachTest } from './testing/cognito-for-each-test.ts';
import { createPerson } from './testing/person.ts';
import { ADA, CLIENT_ID, PASSWORD } from './testing/test-cognito.ts';

const DAY_MS = 86_400_000;

const cognito = cognitoForEachTest();

const ada = () => createPerson(cognito().endpoint, ADA.email);

test('a refresh gives new tokens of the same sign-in and leaves the refresh token', async () => {
  const person = ada();
  const first = await person.session(PASSWORD);
  const second = await person.refresh(first);
  const [before, after] = [first, second].map((session) =>
    claimsOf(session.getAccessToken().getJwtToken()),
  );
  expect(after?.['origin_jti']).toBe(before?.['origin_jti']);
  expect(after?.['auth_time']).toBe(before?.['auth_time']);
  expect(after?.['jti']).not.toBe(before?.['jti']);
  expect(second.getRefreshToken().getToken()).toBe(first.getRefreshToken().getToken());
});

test('the newer call refreshes as well', async () => {
  const session = await ada().session(PASSWORD);
  const { AuthenticationResult } = await cognito().sdk.send(
    new GetTokensFromRefreshTokenCommand({
      ClientId: CLIENT_ID,
      RefreshToken: session.getRefreshToken().getToken(),
    }),
  );
  expect(claimsOf(AuthenticationResult?.IdToken ?? '')).toMatchObject({ email: ADA.email });
});

test('refreshing ends with the life of the refresh token, which is 30 days', async () => {
  const person = ada();
  const session = await person.session(PASSWORD);
  cognito().passTime(30 * DAY_MS - 60_000);
  await person.refresh(session);
  cognito().passTime(60_001);
  await expect(person.refresh(session)).rejects.toMatchObject({
    name: 'NotAuthorizedException',
    message: 'Refresh Token has expired',
  });
});

test('a revoked token refreshes no more, and its access tokens are void; others go on', async () => {
  const session = await ada().session(PASSWORD);
  const other = await ada().session(PASSWORD);
  const token = session.getRefreshToken().getToken();
  await cognito().sdk.send(new RevokeTokenCommand({ ClientId: CLIENT_ID, Token: token }));
  await expect(refresh(token)).rejects.toMatchObject({
    name: 'NotAuthorizedException',
    message: 'Refresh Token has been revoked',
  });
  const read = (token: string) => cognito().sdk.send(new GetUserCommand({ AccessToken: token }));
  await expect(read(session.getAccessToken().getJwtToken())).rejects.toMatchObject({
    message: 'Access Token has been revoked',
  });
  expect(await read(other.getAccessToken().getJwtToken())).toMatchObject({ Username: ADA.sub });
});

test('what is no refresh token is refused', async () => {
  const session = await ada().session(PASSWORD);
  const real = session.getRefreshToken().getToken();
  const changed = `${real.startsWith('A') ? 'B' : 'A'}${real.slice(1)}`;
  const forged = [changed, 'x', session.getIdToken().getJwtToken()];
  for (const token of forged) {
    await expect(refresh(token)).rejects.toMatchObject({ message: 'Invalid Refresh Token' });
  }
});

/** Without the library, which asks for five seconds before it tells of a refusal. */
const refresh = (token: string) =>
  cognito().sdk.send(
    new InitiateAuthCommand({
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      ClientId: CLIENT_ID,
      AuthParameters: { REFRESH_TOKEN: token },
    }),
  );

test('a user has at most a hundred sign-ins: one more ends the oldest, and no other', async () => {
  const signIns: { RefreshToken?: string | undefined; AccessToken?: string | undefined }[] = [];
  const signInAgain = async () => {
    const AuthParameters = { USERNAME: ADA.email, PASSWORD };
    const { AuthenticationResult } = await cognito().sdk.send(
      new InitiateAuthCommand({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: CLIENT_ID,
        AuthParameters,
      }),
    );
    signIns.push(AuthenticationResult ?? {});
  };
  /** Whether each of them stands, in the order in which they began. */
  const goingOn = async () => {
    const stands = signIns.map(({ AccessToken }) =>
      cognito()
        .sdk.send(new GetUserCommand({ AccessToken }))
        .then(
          () => true,
          () => false,
        ),
    );
    return Promise.all(stands);
  };
  for (let count = 0; count < 100; count += 1) await signInAgain();
  expect(await goingOn()).toEqual(Array.from({ length: 100 }, () => true));
  await signInAgain();
  expect(await goingOn()).toEqual([false, ...Array.from({ length: 100 }, () => true)]);
  const refresh = (RefreshToken: string | undefined) =>
    cognito().sdk.send(new GetTokensFromRefreshTokenCommand({ ClientId: CLIENT_ID, RefreshToken }));
  await expect(refresh(signIns[0]?.RefreshToken)).rejects.toMatchObject({
    message: 'Refresh Token has been revoked',
  });
  expect((await refresh(signIns[1]?.RefreshToken)).AuthenticationResult).toBeDefined();
});

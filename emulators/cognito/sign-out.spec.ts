import {
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminUserGlobalSignOutCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect, test } from 'vitest';
import { cognitoForEachTest } from './testing/cognito-for-each-test.ts';
import { createPerson } from './testing/person.ts';
import { ADA, CLIENT_ID, PASSWORD, POOL_ID } from './testing/test-cognito.ts';

const adaAtPool = { UserPoolId: POOL_ID, Username: ADA.email };

const cognito = cognitoForEachTest();

const ada = () => createPerson(cognito().endpoint, ADA.email);

async function tokensOfAda() {
  const session = await ada().session(PASSWORD);
  const access = session.getAccessToken().getJwtToken();
  const refreshToken = session.getRefreshToken().getToken();
  return {
    read: () => cognito().sdk.send(new GetUserCommand({ AccessToken: access })),
    signOut: () => cognito().sdk.send(new GlobalSignOutCommand({ AccessToken: access })),
    refresh: () =>
      cognito().sdk.send(
        new InitiateAuthCommand({
          AuthFlow: 'REFRESH_TOKEN_AUTH',
          ClientId: CLIENT_ID,
          AuthParameters: { REFRESH_TOKEN: refreshToken },
        }),
      ),
  };
}

const refused = (message: string) => ({ name: 'NotAuthorizedException', message });

test('the global sign-out voids every token of the user, and none that come after', async () => {
  const person = ada();
  const other = await tokensOfAda();
  await person.session(PASSWORD);
  const signedOut = await person.ask<string>((user, callbacks) => user.globalSignOut(callbacks));
  expect(signedOut).toBe('SUCCESS');
  await expect(other.read()).rejects.toMatchObject(refused('Access Token has been revoked'));
  await expect(other.signOut()).rejects.toMatchObject(refused('Access Token has been revoked'));
  await expect(other.refresh()).rejects.toMatchObject(refused('Refresh Token has been revoked'));
  expect(await (await tokensOfAda()).read()).toMatchObject({ Username: ADA.sub });
});

test("the library's sign-out revokes the sign-in of this browser alone", async () => {
  const person = ada();
  const session = await person.session(PASSWORD);
  const other = await tokensOfAda();
  await new Promise<void>((resolve) => {
    person.user.signOut(resolve);
  });
  const access = session.getAccessToken().getJwtToken();
  const read = cognito().sdk.send(new GetUserCommand({ AccessToken: access }));
  await expect(read).rejects.toMatchObject(refused('Access Token has been revoked'));
  expect(await other.read()).toMatchObject({ Username: ADA.sub });
});

test('an administrator signs a user out everywhere', async () => {
  const tokens = await tokensOfAda();
  await cognito().sdk.send(new AdminUserGlobalSignOutCommand(adaAtPool));
  await expect(tokens.read()).rejects.toMatchObject(refused('Access Token has been revoked'));
  await expect(tokens.refresh()).rejects.toMatchObject(refused('Refresh Token has been revoked'));
});

test('a disabled user has nothing left, and signs in anew when enabled', async () => {
  const tokens = await tokensOfAda();
  await cognito().sdk.send(new AdminDisableUserCommand(adaAtPool));
  await expect(tokens.read()).rejects.toMatchObject(refused('User is disabled.'));
  await expect(tokens.refresh()).rejects.toMatchObject(refused('User is disabled.'));
  await cognito().sdk.send(new AdminEnableUserCommand(adaAtPool));
  await expect(tokens.read()).rejects.toMatchObject(refused('Access Token has been revoked'));
  expect(await (await tokensOfAda()).read()).toMatchObject({ Username: ADA.sub });
});

test('a user who is gone is unknown, and whoever deletes themselves is gone', async () => {
  const tokens = await tokensOfAda();
  const person = ada();
  await person.session(PASSWORD);
  await person.call<string>((user, done) => user.deleteUser(done));
  await expect(tokens.read()).rejects.toMatchObject({
    name: 'UserNotFoundException',
    message: 'User does not exist.',
  });
  await expect(tokens.refresh()).rejects.toMatchObject(refused('Refresh Token has been revoked'));
  await expect(cognito().sdk.send(new AdminDeleteUserCommand(adaAtPool))).rejects.toMatchObject({
    name: 'UserNotFoundException',
  });
  await expect(ada().signIn(PASSWORD)).rejects.toMatchObject(
    refused('Incorrect username or password.'),
  );
});

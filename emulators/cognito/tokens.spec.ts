import {
  AdminAddUserToGroupCommand,
  GetUserCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { JwtVerifier } from 'aws-jwt-verify';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { claimsOf } from './testing/aws-json.ts';
import { cognitoForEachTest } from './testing/cognito-for-each-test.ts';
import { createPerson } from './testing/person.ts';
import {
  ADA,
  CLIENT_ID,
  PASSWORD,
  POOL_ID,
  SAM,
  startTestCognito,
  type TestCognito,
} from './testing/test-cognito.ts';

const jwksSchema = z.object({
  keys: z.array(
    z.object({
      alg: z.literal('RS256'),
      e: z.string(),
      kid: z.string(),
      kty: z.literal('RSA'),
      n: z.string(),
      use: z.literal('sig'),
    }),
  ),
});

const cognito = cognitoForEachTest();

const jwksOf = async ({ issuer }: TestCognito) =>
  jwksSchema.parse(await (await fetch(`${issuer}/.well-known/jwks.json`)).json());

const read = (token: string) => cognito().sdk.send(new GetUserCommand({ AccessToken: token }));

test('the key set verifies both tokens, which carry the claims of Cognito', async () => {
  const session = await createPerson(cognito().endpoint, SAM.email).session(PASSWORD);
  const verifier = JwtVerifier.create({ issuer: cognito().issuer, audience: null });
  verifier.cacheJwks(await jwksOf(cognito()));

  const access = await verifier.verify(session.getAccessToken().getJwtToken());
  expect(Object.keys(access).sort()).toEqual(
    (
      'auth_time client_id cognito:groups event_id exp iat iss jti origin_jti scope sub ' +
      'token_use username'
    ).split(' '),
  );
  expect(access).toMatchObject({
    sub: SAM.sub,
    username: SAM.sub,
    iss: cognito().issuer,
    client_id: CLIENT_ID,
    token_use: 'access',
    scope: 'aws.cognito.signin.user.admin',
    'cognito:groups': ['staff'],
  });
  expect(Number(access['exp']) - Number(access['iat'])).toBe(3600);

  const id = await verifier.verify(session.getIdToken().getJwtToken());
  expect(id).toMatchObject({
    sub: SAM.sub,
    'cognito:username': SAM.sub,
    iss: cognito().issuer,
    aud: CLIENT_ID,
    token_use: 'id',
    email: SAM.email,
    email_verified: true,
    name: SAM.name,
    'cognito:groups': ['staff'],
    origin_jti: access['origin_jti'],
  });
});

test('without groups there is no claim of groups, and a refresh brings those of today', async () => {
  const person = createPerson(cognito().endpoint, ADA.email);
  const session = await person.session(PASSWORD);
  expect(claimsOf(session.getAccessToken().getJwtToken())).not.toHaveProperty('cognito:groups');
  for (const GroupName of ['staff', 'admins']) {
    await cognito().sdk.send(
      new AdminAddUserToGroupCommand({ UserPoolId: POOL_ID, Username: ADA.email, GroupName }),
    );
  }
  const refreshed = await person.refresh(session);
  expect(claimsOf(refreshed.getAccessToken().getJwtToken())['cognito:groups']).toEqual([
    'admins',
    'staff',
  ]);
});

test('the discovery document names the issuer and the key set', async () => {
  const response = await fetch(`${cognito().issuer}/.well-known/openid-configuration`);
  expect(await response.json()).toMatchObject({
    issuer: cognito().issuer,
    jwks_uri: `${cognito().issuer}/.well-known/jwks.json`,
  });
});

test('the lives of tokens can be set, and an access token that is over is refused', async () => {
  const brief = await startTestCognito({ tokenLifetimes: { accessSeconds: 5, idSeconds: 7 } });
  try {
    const session = await createPerson(brief.endpoint, ADA.email).session(PASSWORD);
    const access = session.getAccessToken();
    expect(access.getExpiration() - access.getIssuedAt()).toBe(5);
    const id = session.getIdToken();
    expect(id.getExpiration() - id.getIssuedAt()).toBe(7);
    brief.passTime(5001);
    const late = brief.sdk.send(new GetUserCommand({ AccessToken: access.getJwtToken() }));
    await expect(late).rejects.toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Access Token has expired',
    });
  } finally {
    await brief.stop();
  }
});

test('no two data folders share a key, and a token of one is nothing to the other', async () => {
  const other = await startTestCognito();
  try {
    expect((await jwksOf(other)).keys[0]?.n).not.toBe((await jwksOf(cognito())).keys[0]?.n);
    const foreign = await createPerson(other.endpoint, ADA.email).session(PASSWORD);
    await expect(read(foreign.getAccessToken().getJwtToken())).rejects.toMatchObject({
      message: 'Invalid Access Token',
    });
  } finally {
    await other.stop();
  }
});

test('the ID token of a sign-in is no access token', async () => {
  const session = await createPerson(cognito().endpoint, ADA.email).session(PASSWORD);
  await expect(read(session.getIdToken().getJwtToken())).rejects.toMatchObject({
    name: 'NotAuthorizedException',
    message: 'Invalid Access Token',
  });
});

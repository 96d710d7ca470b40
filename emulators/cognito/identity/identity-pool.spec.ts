import { expect, test } from 'vitest';
import { z } from 'zod';
import { awsJson } from '../testing/aws-json.ts';
import { cognitoForEachTest } from '../testing/cognito-for-each-test.ts';
import { createPerson } from '../testing/person.ts';
import { ADA, PASSWORD, POOL_ID, SAM } from '../testing/test-cognito.ts';

const PROVIDER = `cognito-idp.us-east-1.amazonaws.com/${POOL_ID}`;
const credentialsSchema = z.object({
  IdentityId: z.string(),
  Credentials: z.object({
    AccessKeyId: z.string().regex(/^ASIA\w{16}$/),
    SecretKey: z.string().length(40),
    SessionToken: z.string(),
    Expiration: z.number(),
  }),
});

const cognito = cognitoForEachTest();

async function call(operation: string, body: object) {
  const answer = await awsJson(cognito().endpoint, `AWSCognitoIdentityService.${operation}`, body);
  return answer.body;
}

async function idTokenOf(email: string): Promise<string> {
  const session = await createPerson(cognito().endpoint, email).session(PASSWORD);
  return session.getIdToken().getJwtToken();
}

const getId = (Logins: object) =>
  call('GetId', { IdentityPoolId: 'us-east-1:0c0ffee0-0000-4000-8000-000000000000', Logins });

test('a user has one identity, and credentials for it that are good for an hour', async () => {
  const Logins = { [PROVIDER]: await idTokenOf(ADA.email) };
  const { IdentityId } = await getId(Logins);
  expect(IdentityId).toMatch(/^us-east-1:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect((await getId(Logins))['IdentityId']).toBe(IdentityId);
  expect((await getId({ [PROVIDER]: await idTokenOf(SAM.email) }))['IdentityId']).not.toBe(
    IdentityId,
  );
  const answer = credentialsSchema.parse(
    await call('GetCredentialsForIdentity', { IdentityId, Logins }),
  );
  const left = answer.Credentials.Expiration * 1000 - cognito().now();
  expect(left).toBeGreaterThan(3_000_000);
  expect(left).toBeLessThanOrEqual(3_600_000);
});

test('nobody takes the identity of another, or any without an ID token', async () => {
  const { IdentityId } = await getId({ [PROVIDER]: await idTokenOf(ADA.email) });
  const sams = { [PROVIDER]: await idTokenOf(SAM.email) };
  expect(await call('GetCredentialsForIdentity', { IdentityId, Logins: sams })).toMatchObject({
    __type: 'ResourceNotFoundException',
  });
  const session = await createPerson(cognito().endpoint, ADA.email).session(PASSWORD);
  const refusedLogins = [{}, { [PROVIDER]: session.getAccessToken().getJwtToken() }];
  for (const Logins of refusedLogins) {
    expect(await getId(Logins)).toMatchObject({ __type: 'NotAuthorizedException' });
  }
  cognito().passTime(3_600_001);
  expect(await getId(sams)).toMatchObject({ __type: 'NotAuthorizedException' });
});

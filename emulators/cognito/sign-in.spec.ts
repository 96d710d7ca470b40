import { randomBytes } from 'node:crypto';
import {
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminInitiateAuthCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { awsJson, claimsOf } from './testing/aws-json.ts';
import { cognitoForEachTest } from './testing/cognito-for-each-test.ts';
import { createPerson } from './testing/person.ts';
import { ADA, CLIENT_ID, PASSWORD, POOL_ID, startTestCognito } from './testing/test-cognito.ts';

const WRONG = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };
const adaAtPool = { UserPoolId: POOL_ID, Username: ADA.email };

const cognito = cognitoForEachTest();

const ada = () => createPerson(cognito().endpoint, ADA.email);

describe('by SRP', () => {
  test('the library signs in, whatever the case of the mail address', async () => {
    for (const email of [ADA.email, 'Ada@Example.COM', ADA.sub]) {
      const session = await createPerson(cognito().endpoint, email).session(PASSWORD);
      expect(session.isValid()).toBe(true);
      expect(session.getIdToken().payload).toMatchObject({ sub: ADA.sub, email: ADA.email });
    }
  });

  test.each([0x00, 0x7f, 0x80, 0xff])('a salt that begins with %i is read alike', async (byte) => {
    const other = await startTestCognito({
      randomBytes: (size) => (size === 16 ? Buffer.alloc(16, byte) : randomBytes(size)),
    });
    try {
      const session = await createPerson(other.endpoint, ADA.email).session(PASSWORD);
      expect(session.isValid()).toBe(true);
    } finally {
      await other.stop();
    }
  });

  test('a wrong password is refused in the words of Cognito', async () => {
    await expect(ada().signIn('Ordercast-demo-2')).rejects.toMatchObject(WRONG);
  });

  test('a stranger cannot be told from a wrong password', async () => {
    const stranger = createPerson(cognito().endpoint, 'nobody@example.com');
    await expect(stranger.signIn(PASSWORD)).rejects.toMatchObject(WRONG);
    const known = await challenge(ADA.email);
    const once = await challenge('nobody@example.com');
    const again = await challenge('Nobody@example.com');
    expect(Object.keys(once)).toEqual(Object.keys(known));
    expect(once).toMatchObject({ SALT: again.SALT, USER_ID_FOR_SRP: again.USER_ID_FOR_SRP });
    expect(once.SRP_B).not.toBe(again.SRP_B);
    for (const { SALT, USER_ID_FOR_SRP, SRP_B, SECRET_BLOCK } of [known, once]) {
      expect(SALT).toMatch(/^[0-9a-f]{32}$/);
      expect(USER_ID_FOR_SRP).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
      expect(SRP_B).toMatch(/^[0-9a-f]{740,768}$/);
      expect(SECRET_BLOCK).toMatch(/^[\w+/]{1000,}=*$/);
    }
  });

  test('an answer that was accepted once is refused when it is played again', async () => {
    const answers: string[] = [];
    const realFetch = globalThis.fetch;
    globalThis.fetch = (input, init) => {
      if (typeof init?.body === 'string') answers.push(init.body);
      return realFetch(input, init);
    };
    try {
      await ada().session(PASSWORD);
    } finally {
      globalThis.fetch = realFetch;
    }
    const replayed = await awsJson(cognito().endpoint, 'RespondToAuthChallenge', answers.at(-1));
    expect(replayed.body).toMatchObject({ __type: WRONG.name, message: WRONG.message });
  });

  test('values of A that would give the key away are refused', async () => {
    for (const value of ['0', '', 'xyz']) {
      const answer = await awsJson(cognito().endpoint, 'InitiateAuth', {
        AuthFlow: 'USER_SRP_AUTH',
        ClientId: CLIENT_ID,
        AuthParameters: { USERNAME: ADA.email, SRP_A: value },
      });
      expect(answer.body).toMatchObject({ __type: 'InvalidParameterException' });
    }
  });

  test('a badly written time, a forged block and a forged proof are refused', async () => {
    const { SECRET_BLOCK } = await challenge(ADA.email);
    const claim = {
      USERNAME: ADA.sub,
      PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
      PASSWORD_CLAIM_SIGNATURE: Buffer.alloc(32).toString('base64'),
      TIMESTAMP: 'Sun Nov 22 21:55:07 UTC 2026',
    };
    const answer = async (changed: object) => {
      const { body } = await awsJson(cognito().endpoint, 'RespondToAuthChallenge', {
        ChallengeName: 'PASSWORD_VERIFIER',
        ClientId: CLIENT_ID,
        ChallengeResponses: { ...claim, ...changed },
      });
      return body;
    };
    expect(await answer({ TIMESTAMP: '2026-11-22' })).toEqual({
      __type: 'InvalidParameterException',
      message: 'TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.',
    });
    expect(await answer({})).toMatchObject({ message: WRONG.message });
    expect(await answer({ PASSWORD_CLAIM_SECRET_BLOCK: 'AAAA' })).toMatchObject({
      message: WRONG.message,
    });
    expect(await answer({ USERNAME: undefined })).toMatchObject({
      message: 'Missing required parameter USERNAME',
    });
  });
});

describe('who may sign in', () => {
  test('a disabled user may not, and may again when enabled', async () => {
    await cognito().sdk.send(new AdminDisableUserCommand(adaAtPool));
    await expect(ada().signIn(PASSWORD)).rejects.toMatchObject({
      name: 'NotAuthorizedException',
      message: 'User is disabled.',
    });
    await expect(ada().signIn('Wrong-password-1')).rejects.toMatchObject(WRONG);
    await cognito().sdk.send(new AdminEnableUserCommand(adaAtPool));
    expect((await ada().session(PASSWORD)).isValid()).toBe(true);
  });

  test('five wrong passwords lock for a moment that doubles, a right one resets', async () => {
    const wrong = () => ada().signIn('Wrong-password-1', 'USER_PASSWORD_AUTH');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expect(wrong()).rejects.toMatchObject(WRONG);
    }
    const locked = { name: 'NotAuthorizedException', message: 'Password attempts exceeded' };
    await expect(wrong()).rejects.toMatchObject(locked);
    await expect(ada().signIn(PASSWORD)).rejects.toMatchObject(locked);
    cognito().passTime(1000);
    await expect(wrong()).rejects.toMatchObject(WRONG);
    cognito().passTime(60_000);
    await ada().session(PASSWORD);
    await expect(wrong()).rejects.toMatchObject(WRONG);
  });

  test('an unknown client is told so', async () => {
    const unknown = new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: 'nobody',
      AuthParameters: { USERNAME: ADA.email, PASSWORD },
    });
    await expect(cognito().sdk.send(unknown)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'User pool client nobody does not exist.',
    });
  });
});

describe('by password', () => {
  test('one call gives tokens, in the flow for users and in the one for administrators', async () => {
    const parameters = { ClientId: CLIENT_ID, AuthParameters: { USERNAME: ADA.email, PASSWORD } };
    const asUser = await cognito().sdk.send(
      new InitiateAuthCommand({ AuthFlow: 'USER_PASSWORD_AUTH', ...parameters }),
    );
    const asAdmin = await cognito().sdk.send(
      new AdminInitiateAuthCommand({
        UserPoolId: POOL_ID,
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        ...parameters,
      }),
    );
    for (const { AuthenticationResult } of [asUser, asAdmin]) {
      expect(AuthenticationResult).toMatchObject({ TokenType: 'Bearer', ExpiresIn: 3600 });
      expect(claimsOf(AuthenticationResult?.AccessToken ?? '')).toMatchObject({ sub: ADA.sub });
    }
  });

  test('a client that allows SRP alone refuses it', async () => {
    const strict = await startTestCognito({ authFlows: ['ALLOW_USER_SRP_AUTH'] });
    try {
      const person = createPerson(strict.endpoint, ADA.email);
      await expect(person.signIn(PASSWORD, 'USER_PASSWORD_AUTH')).rejects.toMatchObject({
        name: 'InvalidParameterException',
        message: 'USER_PASSWORD_AUTH flow not enabled for this client',
      });
      await person.session(PASSWORD);
    } finally {
      await strict.stop();
    }
  });
});

const challengeSchema = z.object({
  ChallengeParameters: z.object({
    SALT: z.string(),
    SECRET_BLOCK: z.string(),
    SRP_B: z.string(),
    USERNAME: z.string(),
    USER_ID_FOR_SRP: z.string(),
  }),
});

async function challenge(name: string) {
  const { body } = await awsJson(cognito().endpoint, 'InitiateAuth', {
    AuthFlow: 'USER_SRP_AUTH',
    ClientId: CLIENT_ID,
    AuthParameters: { USERNAME: name, SRP_A: 'abcdef' },
  });
  return challengeSchema.parse(body).ChallengeParameters;
}

import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { awsJson } from '../testing/aws-json.ts';
import { createPerson } from '../testing/person.ts';
import {
  ADA,
  CLIENT_ID,
  PASSWORD,
  startTestCognito,
  type TestCognito,
} from '../testing/test-cognito.ts';

let cognito: TestCognito;
beforeEach(async () => {
  cognito = await startTestCognito({ allowedOrigins: ['https://app.example'] });
});
afterEach(() => cognito.stop());

test('a refusal has the type and the message in body and headers', async () => {
  const answer = await awsJson(cognito.endpoint, 'GetUser', { AccessToken: 'x' });
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({
    __type: 'NotAuthorizedException',
    message: 'Invalid Access Token',
  });
  expect(answer.headers.get('x-amzn-errortype')).toBe('NotAuthorizedException:');
  expect(answer.headers.get('x-amzn-errormessage')).toBe('Invalid Access Token');
  expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.1');
});

/** What a browser asks before a page's call, and the call itself. */
async function asPage(origin: string, operation: string, input: object) {
  const preflight = await fetch(cognito.endpoint, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'cache-control,content-type,x-amz-target',
    },
  });
  return { preflight, answer: await awsJson(cognito.endpoint, operation, input, { origin }) };
}

test('a page of our own may call, and read what Cognito lets it read', async () => {
  const { origin } = new URL(cognito.endpoint);
  for (const page of [origin, 'https://app.example']) {
    const { preflight, answer } = await asPage(page, 'GetUser', { AccessToken: 'x' });
    expect(preflight.status).toBe(200);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(page);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-amz-target');
    expect(answer.status).toBe(400);
    expect(answer.headers.get('access-control-allow-origin')).toBe(page);
    expect(answer.headers.get('vary')).toBe('Origin');
    expect(answer.headers.get('access-control-expose-headers')?.toLowerCase()).toBe(
      'x-amzn-requestid,x-amzn-errortype,x-amzn-errormessage,date',
    );
  }
});

test.each(['https://evil.example', 'http://localhost:1', 'https://app.example:444', 'null'])(
  'a page of %s may not even sign up, and reads nothing',
  async (origin) => {
    const signUp = {
      ClientId: CLIENT_ID,
      Username: 'eve@example.com',
      Password: PASSWORD,
    };
    const { preflight, answer } = await asPage(origin, 'SignUp', signUp);
    expect(preflight.status).toBe(403);
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ __type: 'AccessDeniedException' });
    expect(answer.body['message']).toContain(new URL(cognito.endpoint).origin);
    const keys = await fetch(`${cognito.issuer}/.well-known/jwks.json`, { headers: { origin } });
    expect(keys.status).toBe(403);
    for (const { headers } of [preflight, answer, keys]) {
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
    expect(cognito.mails).toEqual([]);
  },
);

test.each([
  ['an unknown operation', 'Nonsense', {}, 'UnknownOperationException', 'Nonsense'],
  ['what is not JSON', 'GetUser', '{', 'SerializationException', 'not JSON'],
  [
    'what is not UTF-8',
    'GetUser',
    Buffer.from('{"a":"\u00e9"}', 'latin1'),
    'SerializationException',
    'UTF-8',
  ],
  ['a body too large', 'GetUser', 'x'.repeat(200_000), 'SerializationException', 'too large'],
  [
    'a missing member',
    'GetUser',
    {},
    'InvalidParameterException',
    "1 validation error detected: Value at 'accessToken' failed to satisfy constraint: Member must not be null",
  ],
  ['a member of the wrong type', 'GetUser', { AccessToken: 1 }, 'InvalidParameterException', '1 v'],
  ['no object', 'GetUser', 'null', 'InvalidParameterException', '1 validation error'],
  [
    'a flow that there is not',
    'InitiateAuth',
    { AuthFlow: 'CUSTOM_AUTH', ClientId: CLIENT_ID },
    'InvalidParameterException',
    'CUSTOM_AUTH flow not enabled for this client',
  ],
  [
    'a missing parameter',
    'InitiateAuth',
    { AuthFlow: 'USER_SRP_AUTH', ClientId: CLIENT_ID },
    'InvalidParameterException',
    'Missing required parameter USERNAME',
  ],
])('%s is refused', async (_what, operation, body, type, message) => {
  const answer = await awsJson(cognito.endpoint, operation, body);
  expect(answer.status).toBe(400);
  expect(answer.body['__type']).toBe(type);
  expect(answer.body['message']).toContain(message);
});

test('other addresses are not found', async () => {
  expect((await fetch(`${cognito.endpoint}/us-east-1_other/.well-known/jwks.json`)).status).toBe(
    404,
  );
});

test('what goes wrong inside tells nothing outside, and is logged with the request', async () => {
  const broken = await startTestCognito({
    randomBytes(size) {
      if (size === 12) throw new Error('the well is dry');
      return Buffer.alloc(size, 7);
    },
  });
  try {
    const answer = await awsJson(broken.endpoint, 'InitiateAuth', {
      AuthFlow: 'USER_SRP_AUTH',
      ClientId: CLIENT_ID,
      AuthParameters: { USERNAME: ADA.email, SRP_A: 'abc' },
    });
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({
      __type: 'InternalErrorException',
      message: 'Internal server error',
    });
    expect(broken.logged()).toContain(answer.headers.get('x-amzn-requestid'));
  } finally {
    await broken.stop();
  }
});

test('a caller who hangs up, and a name that is no operation, are no failure and leave no text in the log', async () => {
  const failures: object[] = [];
  const lines: string[] = [];
  const quiet = await startTestCognito({
    log: {
      info: (facts: object, text?: string) => void lines.push(`${text} ${JSON.stringify(facts)}`),
      error: (facts: object) => void failures.push(facts),
    },
  });
  try {
    const { port } = new URL(quiet.endpoint);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST /cognito/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n' +
        'X-Amz-Target: AWSCognitoIdentityProviderService.GetUser\r\n\r\n{"AccessToken"',
    );
    // What is answered after it shows that it has arrived.
    await awsJson(quiet.endpoint, 'lin@example.com', {});
    socket.destroy();
    await expect.poll(() => lines.join()).toContain('the caller hung up');
    expect(failures).toEqual([]);
    expect(lines.join()).not.toContain('lin@example.com');
  } finally {
    await quiet.stop();
  }
});

test('no token, password or code is ever logged', async () => {
  const person = createPerson(cognito.endpoint, 'lin@example.com');
  await person.signUp('Rather-good-1', 'Lin');
  const code = cognito.lastCode();
  await person.call<string>((user, done) => user.confirmRegistration(code, false, done));
  const session = await person.session('Rather-good-1');
  await person.refresh(session);
  await expect(person.signIn('Rather-wrong-1')).rejects.toThrow();
  const log = cognito.logged();
  expect(log).toContain('RespondToAuthChallenge');
  const secrets = [
    'Rather-good-1',
    'Rather-wrong-1',
    `"${code}"`,
    session.getAccessToken().getJwtToken(),
    session.getIdToken().getJwtToken(),
    session.getRefreshToken().getToken(),
    'lin@example.com',
    PASSWORD,
  ];
  for (const secret of secrets) expect(log).not.toContain(secret);
});

import {
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminResetUserPasswordCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { noFiles } from './store/record-files.ts';
import { awsJson } from './testing/aws-json.ts';
import { createPerson } from './testing/person.ts';
import {
  CLIENT_ID,
  PASSWORD,
  POOL_ID,
  startTestCognito,
  type TestCognito,
} from './testing/test-cognito.ts';

/** What takes long: every power of a 3,072-bit number, by the size of the verifier that went into it. */
const work = vi.hoisted((): { done: string[] } => ({ done: [] }));

vi.mock(import('./password/srp.ts'), async (original) => {
  const real = await original();
  const size = (verifier: string) => Math.ceil(verifier.length / 32) * 32;
  return {
    ...real,
    createVerifier: (...given) => {
      work.done.push('created');
      return real.createVerifier(...given);
    },
    matchesVerifier: (...given) => {
      work.done.push(`matched ${size(given[3].verifier)}`);
      return real.matchesVerifier(...given);
    },
    serverPublicValue: (...given) => {
      work.done.push(`challenged ${size(given[0])}`);
      return real.serverPublicValue(...given);
    },
    sharedKey: (...given) => {
      work.done.push(`verified ${size(given[3])}`);
      return real.sharedKey(...given);
    },
  };
});

const HOUR_MS = 3_600_000;

let cognito: TestCognito;
const STATES: Record<string, string> = {
  unknown: 'ann@example.com',
  'unknown, by a long name': `${'a'.repeat(116)}@example.com`,
  'unknown, in capitals': 'AND@EXAMPLE.COM',
  unconfirmed: 'amy@example.com',
  confirmed: 'abe@example.com',
  'confirmed, in capitals': 'ABE@EXAMPLE.COM',
  'confirmed, with a code on its way': 'alf@example.com',
  disabled: 'art@example.com',
  'disabled before it was confirmed': 'asa@example.com',
  invited: 'ava@example.com',
  'told to reset the password': 'ali@example.com',
};
const emailOf = (state: string) => STATES[state] ?? '';

beforeAll(async () => {
  cognito = await startTestCognito();
  const { sdk, endpoint } = cognito;
  for (const state of ['unconfirmed', 'disabled before it was confirmed']) {
    await createPerson(endpoint, emailOf(state)).signUp(PASSWORD, 'A');
  }
  const confirmed = ['confirmed', 'confirmed, with a code on its way', 'disabled'];
  for (const state of [...confirmed, 'told to reset the password']) {
    const person = createPerson(endpoint, emailOf(state));
    await person.signUp(PASSWORD, 'A');
    const code = cognito.lastCode();
    await person.call<string>((user, done) => user.confirmRegistration(code, false, done));
  }
  const named = (state: string) => ({ UserPoolId: POOL_ID, Username: emailOf(state) });
  for (const state of ['disabled', 'disabled before it was confirmed']) {
    await sdk.send(new AdminDisableUserCommand(named(state)));
  }
  await sdk.send(new AdminCreateUserCommand({ ...named('invited'), TemporaryPassword: PASSWORD }));
  await sdk.send(new AdminResetUserPasswordCommand(named('told to reset the password')));
  await createPerson(endpoint, emailOf('confirmed, with a code on its way')).ask<unknown>(
    (user, callbacks) => user.forgotPassword(callbacks),
  );
});
afterAll(() => cognito.stop());

const named = (Username: string) => ({ ClientId: CLIENT_ID, Username });
const wrongCode = () => (cognito.mails.some(({ code }) => code === '000000') ? '000001' : '000000');

/** Every call without a sign-in that names a user, each with a secret that is wrong. */
const CALLS: Record<string, (name: string) => Promise<[string, object]> | [string, object]> = {
  'a sign-in by password': (name) => [
    'InitiateAuth',
    {
      ClientId: CLIENT_ID,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: name, PASSWORD: 'Quite-wrong-1' },
    },
  ],
  'the challenge of SRP': (name) => ['InitiateAuth', srp(name)],
  'a wrong proof of SRP': async (name) => {
    const { body } = await awsJson(cognito.endpoint, 'InitiateAuth', srp(name));
    const { SECRET_BLOCK } = z
      .object({ SECRET_BLOCK: z.string() })
      .parse(body['ChallengeParameters']);
    return [
      'RespondToAuthChallenge',
      {
        ClientId: CLIENT_ID,
        ChallengeName: 'PASSWORD_VERIFIER',
        ChallengeResponses: {
          USERNAME: name,
          PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
          TIMESTAMP: 'Sat Jan 5 09:08:07 UTC 2026',
          PASSWORD_CLAIM_SIGNATURE: 'AAAA',
        },
      },
    ];
  },
  'a forged session': (name) => [
    'RespondToAuthChallenge',
    {
      ClientId: CLIENT_ID,
      ChallengeName: 'SOFTWARE_TOKEN_MFA',
      Session: 'forged',
      ChallengeResponses: { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE: '123456' },
    },
  ],
  'a forgotten password': (name) => ['ForgotPassword', named(name)],
  'a new password for a wrong code': (name) => [
    'ConfirmForgotPassword',
    { ...named(name), ConfirmationCode: wrongCode(), Password: PASSWORD },
  ],
  'a weak password for a wrong code': (name) => [
    'ConfirmForgotPassword',
    { ...named(name), ConfirmationCode: wrongCode(), Password: 'weak' },
  ],
  'a confirmation by a wrong code': (name) => [
    'ConfirmSignUp',
    { ...named(name), ConfirmationCode: wrongCode() },
  ],
  'another code of confirmation': (name) => ['ResendConfirmationCode', named(name)],
};

function srp(name: string): object {
  const AuthParameters = { USERNAME: name, SRP_A: 'abcdef' };
  return { ClientId: CLIENT_ID, AuthFlow: 'USER_SRP_AUTH', AuthParameters };
}

/** An answer, of which all that is random is described by its form alone. */
const formOf = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, '<uuid>')
      .replace(/"[0-9a-f]{32}"/g, '"<salt>"')
      .replace(/"[0-9a-f]{740,768}"/g, '"<number>"')
      .replace(/"[\w+/]{1000,}=*"/g, '"<block>"'),
  );

/** The id that SRP tells of a name, which is a name as well. */
async function idOf(name: string): Promise<string> {
  const { body } = await awsJson(cognito.endpoint, 'InitiateAuth', srp(name));
  return z.object({ USERNAME: z.string() }).parse(body['ChallengeParameters']).USERNAME;
}

/** Expects that what is seen of each state is what is seen of a stranger. */
async function expectAlike(see: (email: string) => Promise<unknown>): Promise<void> {
  const stranger = await see(emailOf('unknown'));
  for (const [state, email] of Object.entries(STATES)) {
    expect([state, await see(email)]).toEqual([state, stranger]);
  }
}

beforeEach(() => cognito.passTime(HOUR_MS));

describe.each(Object.entries(CALLS))('%s', (_call, callOf) => {
  const answerTo = async (name: string) => {
    const written = vi.spyOn(noFiles, 'write');
    const [operation, input] = await callOf(name);
    work.done = [];
    written.mockClear();
    const { status, body } = await awsJson(cognito.endpoint, operation, input);
    const writes = written.mock.calls.length;
    written.mockRestore();
    return { status, body: formOf(body), work: [...work.done], writes };
  };

  test('is answered alike, after the same work, whoever it names', () => expectAlike(answerTo));

  test('is answered alike by the id that SRP tells of whoever it names', () =>
    expectAlike(async (email) => answerTo(await idOf(email))));
});

test('no two calls by the id of the same person tell of different addresses', () =>
  expectAlike(async (email) => {
    const named = { ClientId: CLIENT_ID, Username: await idOf(email) };
    const forgotten = await awsJson(cognito.endpoint, 'ForgotPassword', named);
    const resent = await awsJson(cognito.endpoint, 'ResendConfirmationCode', named);
    expect(resent.body).toEqual(forgotten.body);
    return forgotten.body;
  }));

test.each([
  ['a sign-in by password', 5],
  ['a forgotten password', 5],
  ['another code of confirmation', 5],
  ['a new password for a wrong code', 15],
  ['a confirmation by a wrong code', 15],
])('%s is counted for a name and its id as one, whoever they name', async (call, limit) => {
  await expectAlike(async (email) => {
    cognito.passTime(HOUR_MS);
    const names = [email, await idOf(email)];
    const refusals: unknown[] = [];
    for (let attempt = 0; attempt <= limit; attempt += 1) {
      const [operation, input] = (await CALLS[call]?.(names[attempt % 2] ?? '')) ?? ['', {}];
      refusals.push((await awsJson(cognito.endpoint, operation, input)).body['message']);
    }
    const exceeded = refusals.map((message) => String(message).includes('exceeded'));
    expect(exceeded.indexOf(true)).toBe(limit);
    return refusals;
  });
});

test('what SRP is told of a name is the same each time, and as varied as of real people', async () => {
  const challenge = async (name: string) => {
    const { body } = await awsJson(cognito.endpoint, 'InitiateAuth', srp(name));
    const { SALT, USERNAME } = z
      .object({ SALT: z.string(), USERNAME: z.string() })
      .parse(body['ChallengeParameters']);
    return { SALT, USERNAME };
  };
  const variants = new Set<string>();
  for (let count = 0; count < 64; count += 1) {
    const name = `stranger-${count}@example.com`;
    const told = await challenge(name);
    if (count < 4) {
      expect(await challenge(name.toUpperCase())).toEqual(told);
      expect(await challenge(told.USERNAME)).toEqual(told);
    }
    variants.add(told.USERNAME.charAt(19));
  }
  expect([...variants].sort()).toEqual(['8', '9', 'a', 'b']);
});

import { z } from 'zod';
import { poolName, type Pool } from '../pool.ts';
import { assertPolicy } from '../password/password-policy.ts';
import { spendCode } from '../password/spend-code.ts';
import { createVerifier } from '../password/srp.ts';
import { CognitoError, invalidParameter, notAuthorized } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import { emailOf, type UserRecord } from '../store/user-record.ts';
import { assertEnabled } from '../tokens/session-tokens.ts';
import { assertWritable } from '../account/attributes.ts';
import { afterFirstFactor, afterPassword, signedIn } from './after-password.ts';
import { assertClient, assertPool, required, requiredUsername } from './app-client.ts';
import { openSession, usingUpSession, type ChallengeSession } from './challenge-session.ts';
import { verifyPasswordClaim } from './srp-challenge.ts';

const answer = {
  ChallengeName: z.string(),
  ClientId: z.string(),
  ChallengeResponses: z.partialRecord(z.string(), z.string()).default({}),
  Session: z.string().optional(),
};

type Responses = Partial<Record<string, string>>;

export const respondToAuthChallenge = operation(z.object(answer), (pool, input) => {
  assertClient(pool, input.ClientId);
  return respond(pool, input.ChallengeName, input.ChallengeResponses, input.Session);
});

export const adminRespondToAuthChallenge = operation(
  z.object({ ...answer, UserPoolId: z.string() }),
  (pool, input) => {
    assertPool(pool, input.UserPoolId);
    assertClient(pool, input.ClientId);
    return respond(pool, input.ChallengeName, input.ChallengeResponses, input.Session);
  },
);

function respond(
  pool: Pool,
  challenge: string,
  responses: Responses,
  session: string | undefined,
): Promise<object> {
  switch (challenge) {
    case 'PASSWORD_VERIFIER':
      return answerPasswordVerifier(pool, responses);
    case 'NEW_PASSWORD_REQUIRED':
      return answerNewPassword(pool, responses, session);
    case 'SOFTWARE_TOKEN_MFA':
      return answerSoftwareToken(pool, responses, session);
    default:
      throw invalidParameter(`Invalid challenge name ${challenge}`);
  }
}

async function answerPasswordVerifier(pool: Pool, responses: Responses): Promise<object> {
  const claim = {
    username: requiredUsername(responses),
    secretBlock: required(responses, 'PASSWORD_CLAIM_SECRET_BLOCK'),
    timestamp: required(responses, 'TIMESTAMP'),
    signature: required(responses, 'PASSWORD_CLAIM_SIGNATURE'),
  };
  return verifyPasswordClaim(pool, claim, (username) =>
    afterPassword(pool, userOf(pool, username)),
  );
}

const ATTRIBUTE_PREFIX = 'userAttributes.';

async function answerNewPassword(
  pool: Pool,
  responses: Responses,
  sealed: string | undefined,
): Promise<object> {
  const { session, user } = sessionUser(pool, 'NEW_PASSWORD_REQUIRED', responses, sealed);
  const newPassword = required(responses, 'NEW_PASSWORD');
  assertPolicy(newPassword);
  const attributes = givenAttributes(responses);
  const { email, ...others } = attributes;
  if (email !== undefined && email !== emailOf(user)) {
    throw notAuthorized('Cannot modify an already provided email');
  }
  assertWritable(others);
  const salt = pool.randomBytes(16);
  const password = createVerifier(poolName(pool), user.username, newPassword, salt);
  return usingUpSession(pool, session, () =>
    afterFirstFactor(pool, user, (current) => ({
      ...current,
      temporaryPasswordEndsAt: undefined,
      status: 'CONFIRMED',
      attributes: { ...current.attributes, ...others },
      password,
      modifiedAt: pool.clock(),
    })),
  );
}

async function answerSoftwareToken(
  pool: Pool,
  responses: Responses,
  sealed: string | undefined,
): Promise<object> {
  const { session, user } = sessionUser(pool, 'SOFTWARE_TOKEN_MFA', responses, sealed);
  const code = required(responses, 'SOFTWARE_TOKEN_MFA_CODE');
  const wrong = () => new CognitoError('CodeMismatchException', 'Invalid code received for user');
  const { totp } = user;
  // Switched off, or taken away, since the password was asked for.
  if (totp === undefined) throw wrong();
  const lastStep = spendCode(pool, user, totp.secret, code, {
    wrong,
    used: (message) => new CognitoError('ExpiredCodeException', message),
  });
  return usingUpSession(pool, session, () =>
    signedIn(pool, user.username, (current) => ({ ...current, totp: { ...totp, lastStep } })),
  );
}

function sessionUser(
  pool: Pool,
  challenge: ChallengeSession['challenge'],
  responses: Responses,
  sealed: string | undefined,
): { session: ChallengeSession; user: UserRecord } {
  const name = requiredUsername(responses);
  if (sealed === undefined) throw invalidParameter('Missing required parameter Session');
  const session = openSession(pool, challenge, sealed);
  const user = userOf(pool, session.username);
  if (pool.users.find(name)?.username !== user.username) {
    throw notAuthorized('Invalid session for the user.');
  }
  assertEnabled(user);
  return { session, user };
}

function userOf(pool: Pool, username: string): UserRecord {
  const user = pool.users.find(username);
  if (user === undefined) throw notAuthorized('Incorrect username or password.');
  return user;
}

function givenAttributes(responses: Responses): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(responses)) {
    if (name.startsWith(ATTRIBUTE_PREFIX) && value !== undefined) {
      given[name.slice(ATTRIBUTE_PREFIX.length)] = value;
    }
  }
  return given;
}

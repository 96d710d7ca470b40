import { z } from 'zod';
import type { Pool } from '../pool.ts';
import { invalidParameter } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import { refreshSession, revokeSession } from '../tokens/session-tokens.ts';
import { afterPassword } from './after-password.ts';
import {
  assertClient,
  assertFlowAllowed,
  assertPool,
  required,
  requiredUsername,
} from './app-client.ts';
import { checkPassword } from './password-sign-in.ts';
import { srpChallenge } from './srp-challenge.ts';

const parameters = z.partialRecord(z.string(), z.string()).default({});

type AuthParameters = z.infer<typeof parameters>;

/** InitiateAuth: SRP, password and refresh, as far as the app client allows each. */
export const initiateAuth = operation(
  z.object({ AuthFlow: z.string(), ClientId: z.string(), AuthParameters: parameters }),
  (pool, { AuthFlow, ClientId, AuthParameters }) => {
    assertClient(pool, ClientId);
    switch (AuthFlow) {
      case 'USER_SRP_AUTH':
        return srp(pool, AuthParameters);
      case 'USER_PASSWORD_AUTH':
        assertFlowAllowed(pool, 'ALLOW_USER_PASSWORD_AUTH');
        return password(pool, AuthParameters);
      case 'REFRESH_TOKEN_AUTH':
      case 'REFRESH_TOKEN':
        return refresh(pool, AuthParameters);
      default:
        throw unsupportedFlow(AuthFlow);
    }
  },
);

export const adminInitiateAuth = operation(
  z.object({
    UserPoolId: z.string(),
    AuthFlow: z.string(),
    ClientId: z.string(),
    AuthParameters: parameters,
  }),
  (pool, { UserPoolId, AuthFlow, ClientId, AuthParameters }) => {
    assertPool(pool, UserPoolId);
    assertClient(pool, ClientId);
    switch (AuthFlow) {
      case 'USER_SRP_AUTH':
        return srp(pool, AuthParameters);
      case 'ADMIN_USER_PASSWORD_AUTH':
      case 'ADMIN_NO_SRP_AUTH':
        assertFlowAllowed(pool, 'ALLOW_ADMIN_USER_PASSWORD_AUTH');
        return password(pool, AuthParameters);
      case 'REFRESH_TOKEN_AUTH':
      case 'REFRESH_TOKEN':
        return refresh(pool, AuthParameters);
      default:
        throw unsupportedFlow(AuthFlow);
    }
  },
);

export const getTokensFromRefreshToken = operation(
  z.object({ RefreshToken: z.string(), ClientId: z.string() }),
  (pool, { RefreshToken, ClientId }) => {
    assertClient(pool, ClientId);
    return { AuthenticationResult: refreshSession(pool, RefreshToken) };
  },
);

export const revokeToken = operation(
  z.object({ Token: z.string(), ClientId: z.string() }),
  async (pool, { Token, ClientId }) => {
    assertClient(pool, ClientId);
    await revokeSession(pool, Token);
    return {};
  },
);

function srp(pool: Pool, given: AuthParameters): object {
  assertFlowAllowed(pool, 'ALLOW_USER_SRP_AUTH');
  return srpChallenge(pool, requiredUsername(given), required(given, 'SRP_A'));
}

function password(pool: Pool, given: AuthParameters): Promise<object> {
  const user = checkPassword(pool, requiredUsername(given), required(given, 'PASSWORD'));
  return afterPassword(pool, user);
}

function refresh(pool: Pool, given: AuthParameters): object {
  assertFlowAllowed(pool, 'ALLOW_REFRESH_TOKEN_AUTH');
  const token = required(given, 'REFRESH_TOKEN');
  return { AuthenticationResult: refreshSession(pool, token), ChallengeParameters: {} };
}

const unsupportedFlow = (flow: string) =>
  invalidParameter(`${flow} flow not enabled for this client`);

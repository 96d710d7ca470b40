import type { AuthFlow, Pool } from '../pool.ts';
import { CognitoError, invalidParameter } from '../protocol/cognito-error.ts';

export function assertClient(pool: Pool, clientId: string): void {
  if (clientId !== pool.settings.clientId) {
    throw new CognitoError(
      'ResourceNotFoundException',
      `User pool client ${clientId} does not exist.`,
    );
  }
}

export function assertPool(pool: Pool, poolId: string): void {
  if (poolId !== pool.settings.poolId) {
    throw new CognitoError('ResourceNotFoundException', `User pool ${poolId} does not exist.`);
  }
}

export function assertFlowAllowed(pool: Pool, flow: AuthFlow): void {
  if (!pool.settings.authFlows.includes(flow)) {
    throw invalidParameter(`${flow.replace('ALLOW_', '')} flow not enabled for this client`);
  }
}

/** A member of AuthParameters or ChallengeResponses that must be there. */
export function required(parameters: Partial<Record<string, string>>, name: string): string {
  const value = parameters[name];
  if (value === undefined || value === '') {
    throw invalidParameter(`Missing required parameter ${name}`);
  }
  return value;
}

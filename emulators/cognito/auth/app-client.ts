import type { AuthFlow, Pool } from '../pool.ts';
import { CognitoError, invalidParameter } from '../protocol/cognito-error.ts';
import { usernameSchema } from '../protocol/username.ts';

/** @throws ResourceNotFoundException for another app client than ours. */
export function assertClient(pool: Pool, clientId: string): void {
  if (clientId !== pool.settings.clientId) {
    throw new CognitoError(
      'ResourceNotFoundException',
      `User pool client ${clientId} does not exist.`,
    );
  }
}

/** @throws ResourceNotFoundException for another pool than ours. */
export function assertPool(pool: Pool, poolId: string): void {
  if (poolId !== pool.settings.poolId) {
    throw new CognitoError('ResourceNotFoundException', `User pool ${poolId} does not exist.`);
  }
}

/** @throws InvalidParameterException for a flow that the app client does not allow. */
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

/** The same for `USERNAME`, which must be no longer than a name. */
export function requiredUsername(parameters: Partial<Record<string, string>>): string {
  const name = usernameSchema.safeParse(required(parameters, 'USERNAME')).data;
  if (name === undefined) throw invalidParameter('USERNAME must have at most 128 characters.');
  return name;
}

import { z } from 'zod';
import { assertClient, assertPool } from '../auth/app-client.ts';
import { passwordPolicy } from '../password/password-policy.ts';
import { poolName } from '../pool.ts';
import { operation } from '../protocol/operation.ts';

/** DescribeUserPool: what an administrator's tools look for, as far as the pool has it. */
export const describeUserPool = operation(
  z.object({ UserPoolId: z.string() }),
  (pool, { UserPoolId }) => {
    assertPool(pool, UserPoolId);
    return {
      UserPool: {
        Id: UserPoolId,
        Name: poolName(pool),
        Policies: { PasswordPolicy: passwordPolicy },
        UsernameAttributes: ['email'],
        UsernameConfiguration: { CaseSensitive: false },
        AutoVerifiedAttributes: ['email'],
        MfaConfiguration: 'OPTIONAL',
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
        EstimatedNumberOfUsers: pool.users.list().length,
      },
    };
  },
);

/** DescribeUserPoolClient: the one app client; the lives of its tokens are in seconds. */
export const describeUserPoolClient = operation(
  z.object({ UserPoolId: z.string(), ClientId: z.string() }),
  (pool, { UserPoolId, ClientId }) => {
    assertPool(pool, UserPoolId);
    assertClient(pool, ClientId);
    const { authFlows, tokenLifetimes } = pool.settings;
    return {
      UserPoolClient: {
        UserPoolId,
        ClientId,
        ClientName: ClientId,
        ExplicitAuthFlows: authFlows,
        AccessTokenValidity: tokenLifetimes.accessSeconds,
        IdTokenValidity: tokenLifetimes.idSeconds,
        RefreshTokenValidity: tokenLifetimes.refreshSeconds,
        TokenValidityUnits: { AccessToken: 'seconds', IdToken: 'seconds', RefreshToken: 'seconds' },
        EnableTokenRevocation: true,
        PreventUserExistenceErrors: 'ENABLED',
      },
    };
  },
);

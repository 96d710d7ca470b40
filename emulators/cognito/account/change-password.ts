import { z } from 'zod';
import { assertPolicy } from '../password/password-policy.ts';
import { createVerifier, matchesVerifier } from '../password/srp.ts';
import { poolName } from '../pool.ts';
import { wrongPassword } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import { userOfAccessToken } from '../tokens/session-tokens.ts';

/** ChangePassword: tokens already given out go on, as Cognito's do. */
export const changePassword = operation(
  z.object({
    AccessToken: z.string(),
    PreviousPassword: z.string().max(256),
    ProposedPassword: z.string().max(256),
  }),
  async (pool, { AccessToken, PreviousPassword, ProposedPassword }) => {
    const user = userOfAccessToken(pool, AccessToken);
    const { username } = user;
    pool.attempts.assertAllowed('change-password', username);
    assertPolicy(ProposedPassword);
    if (!matchesVerifier(poolName(pool), username, PreviousPassword, user.password)) {
      pool.attempts.count('change-password', username);
      throw wrongPassword();
    }
    const salt = pool.randomBytes(16);
    const password = createVerifier(poolName(pool), username, ProposedPassword, salt);
    await pool.users.update(username, (current) => ({
      ...current,
      password,
      modifiedAt: pool.clock(),
    }));
    return {};
  },
);

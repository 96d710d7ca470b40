import { z } from 'zod';
import { operation } from '../protocol/operation.ts';
import type { UserRecord } from '../store/user-record.ts';
import { userOfAccessToken } from '../tokens/session-tokens.ts';

/** GlobalSignOut: every token that the user holds anywhere is void at Cognito from now on. */
export const globalSignOut = operation(
  z.object({ AccessToken: z.string() }),
  async (pool, { AccessToken }) => {
    const { username } = userOfAccessToken(pool, AccessToken);
    await pool.users.update(username, withoutSessions);
    await pool.accessEnded(username);
    return {};
  },
);

export const withoutSessions = (user: UserRecord): UserRecord => ({ ...user, sessions: {} });

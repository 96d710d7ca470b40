import { z } from 'zod';
import type { Pool } from '../pool.ts';
import { invalidParameter } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import { attributeList, emailOf, type UserChange, type UserRecord } from '../store/user-record.ts';
import { userOfAccessToken } from '../tokens/session-tokens.ts';
import { limited } from './attempt.ts';
import { assertWritable, attributesSchema, toRecord } from './attributes.ts';
import { redeemCode, sendCode } from './codes.ts';
import { mfaSettings } from './software-token.ts';

export const getUser = operation(z.object({ AccessToken: z.string() }), (pool, { AccessToken }) => {
  const user = userOfAccessToken(pool, AccessToken);
  return { Username: user.username, UserAttributes: attributeList(user), ...mfaSettings(user) };
});

/** UpdateUserAttributes: a new mail address is unverified, and a code goes to it. */
export const updateUserAttributes = operation(
  z.object({ AccessToken: z.string(), UserAttributes: attributesSchema }),
  async (pool, { AccessToken, UserAttributes }) => {
    const user = userOfAccessToken(pool, AccessToken);
    const given = toRecord(UserAttributes);
    assertWritable(given);
    const change: UserChange = (current) => withAttributes(pool, current, given);
    if (given['email'] === undefined || given['email'] === emailOf(user)) {
      await pool.users.update(user.username, change);
      return { CodeDeliveryDetailsList: [] };
    }
    return limited(pool, 'attribute-code', user.username, async () => {
      const sent = await sendCode(pool, user.username, 'verify-email', change);
      return { CodeDeliveryDetailsList: [sent] };
    });
  },
);

export const deleteUserAttributes = operation(
  z.object({ AccessToken: z.string(), UserAttributeNames: z.array(z.string()) }),
  async (pool, { AccessToken, UserAttributeNames }) => {
    const user = userOfAccessToken(pool, AccessToken);
    assertWritable(Object.fromEntries(UserAttributeNames.map((name) => [name, 'a@b.example'])));
    if (UserAttributeNames.includes('email')) {
      throw invalidParameter('Cannot remove the attribute email: users sign in with it.');
    }
    await pool.users.update(user.username, (current) => ({
      ...current,
      attributes: Object.fromEntries(
        Object.entries(current.attributes).filter(([name]) => !UserAttributeNames.includes(name)),
      ),
      modifiedAt: pool.clock(),
    }));
    return {};
  },
);

const attributeName = z.string();

export const getUserAttributeVerificationCode = operation(
  z.object({ AccessToken: z.string(), AttributeName: attributeName }),
  (pool, { AccessToken, AttributeName }) => {
    const user = userOfAccessToken(pool, AccessToken);
    assertVerifiable(AttributeName);
    return limited(pool, 'attribute-code', user.username, async () => ({
      CodeDeliveryDetails: await sendCode(pool, user.username, 'verify-email'),
    }));
  },
);

export const verifyUserAttribute = operation(
  z.object({ AccessToken: z.string(), AttributeName: attributeName, Code: z.string() }),
  (pool, { AccessToken, AttributeName, Code }) => {
    const user = userOfAccessToken(pool, AccessToken);
    assertVerifiable(AttributeName);
    return limited(pool, 'verify-attribute', user.username, async () => {
      await pool.users.update(user.username, (current) => {
        const redeemed = redeemCode(current, 'verify-email', Code, pool.clock());
        return { ...redeemed, attributes: { ...redeemed.attributes, email_verified: 'true' } };
      });
      return {};
    });
  },
);

export const deleteUser = operation(
  z.object({ AccessToken: z.string() }),
  async (pool, { AccessToken }) => {
    const { username } = userOfAccessToken(pool, AccessToken);
    await pool.users.remove(username);
    await pool.accessEnded(username);
    return {};
  },
);

/** The user with these attributes; whoever changes the address must prove the new one. */
export function withAttributes(
  pool: Pool,
  user: UserRecord,
  given: Record<string, string>,
): UserRecord {
  const moved = given['email'] !== undefined && given['email'] !== emailOf(user);
  return {
    ...user,
    attributes: { ...user.attributes, ...(moved ? { email_verified: 'false' } : {}), ...given },
    modifiedAt: pool.clock(),
  };
}

function assertVerifiable(name: string): void {
  if (name !== 'email') throw invalidParameter(`Attribute ${name} cannot be verified.`);
}

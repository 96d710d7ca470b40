import { z } from 'zod';
import { assertPool } from '../auth/app-client.ts';
import type { Pool } from '../pool.ts';
import { CognitoError } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import { target, targetUser, userChange, userType } from './admin-user.ts';

const membership = z.object({ ...target, GroupName: z.string() });

export const adminAddUserToGroup = userChange(membership, (pool, { GroupName }) => {
  assertGroup(pool, GroupName);
  return (current) => ({ ...current, groups: [...new Set([...current.groups, GroupName])] });
});

export const adminRemoveUserFromGroup = userChange(membership, (pool, { GroupName }) => {
  assertGroup(pool, GroupName);
  return (current) => ({
    ...current,
    groups: current.groups.filter((group) => group !== GroupName),
  });
});

export const adminListGroupsForUser = operation(z.object(target), (pool, input) => {
  const user = targetUser(pool, input);
  const groups = pool.settings.groups.filter((group) => user.groups.includes(group));
  return { Groups: groups.map((group) => groupType(pool, group)) };
});

/** ListGroups: the groups are part of the pool's set-up, as the identity stack's are on AWS. */
export const listGroups = operation(z.object({ UserPoolId: z.string() }), (pool, input) => {
  assertPool(pool, input.UserPoolId);
  return { Groups: pool.settings.groups.map((group) => groupType(pool, group)) };
});

export const listUsersInGroup = operation(
  z.object({ UserPoolId: z.string(), GroupName: z.string() }),
  (pool, { UserPoolId, GroupName }) => {
    assertPool(pool, UserPoolId);
    assertGroup(pool, GroupName);
    const members = pool.users.list().filter(({ groups }) => groups.includes(GroupName));
    return { Users: members.map(userType) };
  },
);

function assertGroup(pool: Pool, name: string): void {
  if (!pool.settings.groups.includes(name)) {
    throw new CognitoError('ResourceNotFoundException', 'Group not found.');
  }
}

function groupType(pool: Pool, name: string): object {
  return {
    GroupName: name,
    UserPoolId: pool.settings.poolId,
    Precedence: pool.settings.groups.indexOf(name),
  };
}

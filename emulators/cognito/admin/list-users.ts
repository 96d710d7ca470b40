import { z } from 'zod';
import { assertPool } from '../auth/app-client.ts';
import { invalidParameter } from '../protocol/cognito-error.ts';
import { operation } from '../protocol/operation.ts';
import type { UserRecord } from '../store/user-record.ts';
import { userType } from './admin-user.ts';

const FILTER = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/;
const MAX_LIMIT = 60;

/** ListUsers: Cognito's one-condition filter (`=` or `^=`), pages of at most 60. */
export const listUsers = operation(
  z.object({
    UserPoolId: z.string(),
    Filter: z.string().default(''),
    Limit: z.number().int().min(0).max(MAX_LIMIT).default(MAX_LIMIT),
    PaginationToken: z.string().regex(/^\d+$/).default('0'),
  }),
  (pool, { UserPoolId, Filter, Limit, PaginationToken }) => {
    assertPool(pool, UserPoolId);
    const matches = parseFilter(Filter);
    const from = Number(PaginationToken);
    const found = pool.users.list().filter(matches);
    const page = found.slice(from, from + (Limit || MAX_LIMIT));
    const next = from + page.length;
    return {
      Users: page.map(userType),
      ...(next < found.length ? { PaginationToken: String(next) } : {}),
    };
  },
);

function parseFilter(filter: string): (user: UserRecord) => boolean {
  if (filter.trim() === '') return () => true;
  const [, name = '', operator, quoted = ''] = FILTER.exec(filter) ?? [];
  if (operator === undefined) throw invalidParameter('Error while parsing filter');
  const wanted = quoted.replace(/\\(.)/g, '$1').toLowerCase();
  return (user) => {
    const value = valueOf(user, name).toLowerCase();
    return operator === '=' ? value === wanted : value.startsWith(wanted);
  };
}

function valueOf(user: UserRecord, name: string): string {
  switch (name) {
    case 'sub':
    case 'username':
      return user.username;
    case 'cognito:user_status':
      return user.status;
    case 'status':
      return user.enabled ? 'Enabled' : 'Disabled';
    default:
      return user.attributes[name] ?? '';
  }
}

import type { Role } from './role.ts';

/** Whose orders alone somebody may see: a customer's own; undefined, everybody's, for staff. */
export function visibleCustomer({
  sub,
  roles,
}: {
  sub: string;
  roles: readonly Role[];
}): string | undefined {
  return roles.includes('staff') ? undefined : sub;
}

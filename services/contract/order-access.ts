import type { Role } from './role.ts';

/** The customer whose orders alone somebody may see; undefined for staff, who see everybody's. */
export function visibleCustomer({
  sub,
  roles,
}: {
  sub: string;
  roles: readonly Role[];
}): string | undefined {
  return roles.includes('staff') ? undefined : sub;
}

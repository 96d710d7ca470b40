import { z } from 'zod';

/** What a person may do: customers order, staff work orders, admins also announce and schedule. */
export const roleSchema = z.enum(['customer', 'staff', 'admin']);
export type Role = z.infer<typeof roleSchema>;

/** The Cognito groups that raise a customer's role. */
export const STAFF_GROUP = 'staff';
export const ADMIN_GROUP = 'admins';

/** Roles from the `cognito:groups` claim; everybody is a customer and admins are staff too. */
export function rolesOfGroups(groups: readonly string[]): Role[] {
  const roles: Role[] = ['customer'];
  const isAdmin = groups.includes(ADMIN_GROUP);
  if (isAdmin || groups.includes(STAFF_GROUP)) roles.push('staff');
  if (isAdmin) roles.push('admin');
  return roles;
}

/** The strongest role, as a timeline names its author. */
export function highestRole(roles: readonly Role[]): Role {
  if (roles.includes('admin')) return 'admin';
  return roles.includes('staff') ? 'staff' : 'customer';
}

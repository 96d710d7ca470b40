import type { RoleName } from './role-rights.ts';

/** What AWS's rotation by alternating users calls the second one (aws-secrets-manager-rotation-lambdas). */
export const CLONE_SUFFIX = '_clone';

/** Named after the database, since other databases of the same instance have logins of their own. */
export function defaultLogin(database: string, role: RoleName): string {
  return `${database}_${role}`;
}

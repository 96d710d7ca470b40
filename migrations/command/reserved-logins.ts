/** Names that every database or server has already, as a user, a login or a role. */
const OWN_NAMES: readonly string[] = ['sa', 'dbo', 'guest', 'public', 'sys', 'information_schema'];

/** learn.microsoft.com, "Server-level roles" and "Database-level roles"; those of 2022 begin with ##. */
const FIXED_ROLE_NAMES: readonly string[] = [
  ...['sysadmin', 'serveradmin', 'securityadmin', 'processadmin'],
  ...['setupadmin', 'bulkadmin', 'diskadmin', 'dbcreator'],
  ...['db_owner', 'db_securityadmin', 'db_accessadmin', 'db_backupoperator', 'db_ddladmin'],
  ...['db_datawriter', 'db_datareader', 'db_denydatawriter', 'db_denydatareader'],
];

/** Why no login of a program may have this name; undefined: it may. Names differ by more than their case. */
export function reservedReason(name: string, connectedAs: string | undefined): string | undefined {
  const folded = name.toLowerCase();
  if (folded === connectedAs?.toLowerCase()) {
    return 'is the login that bootstrap itself uses now, which may do everything';
  }
  if (OWN_NAMES.includes(folded)) return 'is a name of the server itself';
  if (FIXED_ROLE_NAMES.includes(folded)) return 'is the name of a fixed role of the server';
  if (/^##.*##$/s.test(name)) return 'is a name that the server gives to logins of its own';
  return undefined;
}

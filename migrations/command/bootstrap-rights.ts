import { BOOKKEEPING_TABLES } from '../history/history-tables.ts';

/**
 * Database roles that hold the rights; users are their members, so that a second login of a rotation
 * has the same. A role's name needs no brackets: AWS's rotation function writes none around it.
 */
export const ROLES = {
  migrator: 'ordercast_migrator_role',
  app: 'ordercast_app_role',
  reports: 'ordercast_reports_role',
} as const;

export type RoleName = keyof typeof ROLES;

/** What each role may do, as statements that may be run again. */
export const ROLE_RIGHTS: Readonly<Record<RoleName, readonly string[]>> = {
  migrator: [
    `ALTER ROLE db_ddladmin ADD MEMBER ${ROLES.migrator};`,
    `ALTER ROLE db_datareader ADD MEMBER ${ROLES.migrator};`,
    `ALTER ROLE db_datawriter ADD MEMBER ${ROLES.migrator};`,
    `GRANT VIEW DEFINITION TO ${ROLES.migrator};`,
    // A new table's rights are given as it is made, and only who has CONTROL may give them.
    `GRANT CONTROL ON SCHEMA::dbo TO ${ROLES.migrator};`,
  ],
  app: [
    `GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dbo TO ${ROLES.app};`,
    ...BOOKKEEPING_TABLES.map(
      (table) => `DENY INSERT, UPDATE, DELETE ON dbo.${table} TO ${ROLES.app};`,
    ),
  ],
  reports: [`GRANT SELECT ON SCHEMA::dbo TO ${ROLES.reports};`],
};

/** Rights on single tables, which steps make, and may make anew, after `bootstrap`. */
const TABLE_RIGHTS: Readonly<Record<string, string>> = {
  // What happened to an order is only ever added to.
  order_timeline: `DENY UPDATE, DELETE ON dbo.order_timeline TO ${ROLES.app};`,
  // A run of a report is a row from the beginning to the end of it.
  reports: `GRANT INSERT, UPDATE ON dbo.reports TO ${ROLES.reports};`,
};

/** Gives them where the table is there, and where whoever runs this may give rights on it. */
const GIVE_TABLE_RIGHTS = Object.entries(TABLE_RIGHTS)
  .map(
    ([table, sql]) => `IF HAS_PERMS_BY_NAME(N'dbo.${table}', N'OBJECT', N'CONTROL') = 1\n  ${sql}`,
  )
  .join('\n');

/**
 * Gives the rights on single tables now, and from now on whenever a table is made or renamed. The trigger
 * runs with the rights of whoever makes the table, so that it needs no owner that a restore could lose.
 */
export const TABLE_RIGHTS_SQL = `${GIVE_TABLE_RIGHTS}
EXEC (N'CREATE OR ALTER TRIGGER ordercast_table_rights ON DATABASE FOR CREATE_TABLE, RENAME AS
SET NOCOUNT ON;
${GIVE_TABLE_RIGHTS.replaceAll("'", "''")}');`;

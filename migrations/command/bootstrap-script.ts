import { SQL_SERVER_BOOKKEEPING } from '../history/history-tables.ts';
import type { BootstrapLogin } from './bootstrap-logins.ts';
import { ROLES, ROLE_NAMES, roleStatements } from '../rights/role-rights.ts';
import type { RoleName } from '../rights/role-rights.ts';
import { TABLE_RIGHTS_SQL } from '../rights/table-rights-trigger.ts';
import { inBrackets as name } from '../schema/object-name.ts';

export interface BootstrapPlan {
  database: string;
  logins: readonly BootstrapLogin[];
  /** Whether logins that are there already get the passwords given. */
  resetPasswords: boolean;
  /** Whether sessions are ended that keep row versioning from being switched on. */
  endSessions: boolean;
}

/** Where a part of the script runs: `master`, or the new database. */
export interface BootstrapPart {
  title: string;
  in: 'master' | 'database';
  /** The login that it makes; its password is the part's one parameter, @p0. */
  login?: BootstrapLogin;
  sql: string;
}

/**
 * All that is done, in order; each part may be run again. A password is a parameter, so that no log of
 * statements can hold it. Nothing is asked for that the master login of RDS for SQL Server may not do (RDS
 * user guide, "Master user account privileges": ALTER ANY LOGIN, CREATE ANY DATABASE, VIEW SERVER STATE,
 * and db_owner of what it creates).
 */
export function bootstrapParts(plan: BootstrapPlan): BootstrapPart[] {
  const { database, logins } = plan;
  return [
    {
      title: 'The database; RDS for SQL Server creates none by itself',
      in: 'master',
      sql: `IF DB_ID(${text(database)}) IS NULL\n  CREATE DATABASE ${name(database)};`,
    },
    rowVersioning(plan),
    {
      title: 'Reports may read one state of everything',
      in: 'master',
      sql: `IF (SELECT snapshot_isolation_state FROM sys.databases WHERE name = ${text(database)}) = 0
  EXEC (${text(`ALTER DATABASE ${name(database)} SET ALLOW_SNAPSHOT_ISOLATION ON`)});`,
    },
    ...logins.map((login) => loginPart(login, plan)),
    ...SQL_SERVER_BOOKKEEPING.map((sql): BootstrapPart => ({
      title: 'Bookkeeping of migrations',
      in: 'database',
      sql,
    })),
    ...ROLE_NAMES.flatMap(roleParts),
    {
      title: 'Rights on single tables, now and whenever one is made',
      in: 'database',
      sql: TABLE_RIGHTS_SQL,
    },
    ...logins.map(userPart),
  ];
}

function roleParts(role: RoleName): BootstrapPart[] {
  const own = ROLES[role];
  return [
    {
      title: `The role ${own}`,
      in: 'database',
      sql: `IF DATABASE_PRINCIPAL_ID(N'${own}') IS NULL\n  CREATE ROLE ${own};`,
    },
    { title: `The rights of ${own}`, in: 'database', sql: roleStatements(role).join('\n') },
  ];
}

/** Without the right to end sessions it fails at once where others are in the database (error 5070). */
function rowVersioning({ database, endSessions }: BootstrapPlan): BootstrapPart {
  const how = endSessions ? 'ROLLBACK IMMEDIATE' : 'NO_WAIT';
  return {
    title: 'Readers see the last committed version of a row instead of waiting for its writer',
    in: 'master',
    sql: `IF (SELECT is_read_committed_snapshot_on FROM sys.databases WHERE name = ${text(database)}) = 0
  EXEC (${text(`ALTER DATABASE ${name(database)} SET READ_COMMITTED_SNAPSHOT ON WITH ${how}`)});`,
  };
}

function loginPart(login: BootstrapLogin, { database, resetPasswords }: BootstrapPlan) {
  const create = (password: string) =>
    `${text(`CREATE LOGIN ${name(login.name)} WITH PASSWORD = N'`)} + ${password} + ${text(`', DEFAULT_DATABASE = ${name(database)}`)}`;
  const part = { title: `The login ${login.name}`, in: 'master' as const };
  if (login.passwordVariable === undefined) {
    return {
      ...part,
      sql: `DECLARE @sql nvarchar(max);
IF SUSER_ID(${text(login.name)}) IS NULL
BEGIN
  -- Nobody knows this password: the rotation sets the first.
  SET @sql = ${create("N'aA-' + CONVERT(nvarchar(64), CRYPT_GEN_RANDOM(32), 2)")};
  EXEC (@sql);
END;`,
    };
  }
  const quoted = "REPLACE(@password, N'''', N'''''')";
  const reset = `ELSE
BEGIN
  SET @sql = ${text(`ALTER LOGIN ${name(login.name)} WITH PASSWORD = N'`)} + ${quoted} + N'''';
  EXEC (@sql);
END;`;
  return {
    ...part,
    login,
    sql: `DECLARE @password nvarchar(128) = @p0, @sql nvarchar(max);
IF SUSER_ID(${text(login.name)}) IS NULL
BEGIN
  SET @sql = ${create(quoted)};
  EXEC (@sql);
END${resetPasswords ? `\n${reset}` : ';'}`,
  };
}

/** A restore on another server leaves users whose login, of the same name, is another: they are mapped to it. */
function userPart({ name: user, role }: BootstrapLogin): BootstrapPart {
  return {
    title: `The user ${user}`,
    in: 'database',
    sql: `IF DATABASE_PRINCIPAL_ID(${text(user)}) IS NULL
  CREATE USER ${name(user)} FOR LOGIN ${name(user)} WITH DEFAULT_SCHEMA = dbo;
ELSE IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = ${text(user)} AND sid = SUSER_SID(${text(user)}))
  ALTER USER ${name(user)} WITH LOGIN = ${name(user)};
ALTER ROLE ${ROLES[role]} ADD MEMBER ${name(user)};`,
  };
}

function text(value: string): string {
  return `N'${value.replaceAll("'", "''")}'`;
}

/** The same as a script for sqlcmd, with the passwords as its variables. */
export function bootstrapScript(plan: BootstrapPlan): string {
  const variables = plan.logins.flatMap(({ passwordVariable }) => passwordVariable ?? []);
  const parts = bootstrapParts(plan).map(({ title, in: where, login, sql }) => {
    const variable = login?.passwordVariable;
    const filled = variable === undefined ? sql : sql.replace('@p0', () => `N'$(${variable})'`);
    const database = where === 'master' ? 'master' : plan.database;
    return `-- ${title}\nUSE ${name(database)};\nGO\n${filled}\nGO`;
  });
  return [header(variables), ...parts].join('\n\n');
}

function header(variables: readonly string[]): string {
  const lines = [
    'Run it with the master login; it may be run again. The passwords come from the environment, where no',
    'list of processes shows them:',
    `  export ${variables.map((variable) => `${variable}='...'`).join(' ')}`,
    // Names may be of any letters; without this sqlcmd on Windows reads the file in the machine's code page.
    '  sqlcmd -b -I -f i:65001 -S <host> -U <master login> -i <this file>',
    'The file is UTF-8: open it as that in an editor, too.',
    'sqlcmd puts their text into this script as it is: write each single quote in a password twice, and use',
    'none that holds a dollar sign before an opening parenthesis. bootstrap itself takes any password.',
  ];
  return lines.map((line) => `-- ${line}`).join('\n');
}

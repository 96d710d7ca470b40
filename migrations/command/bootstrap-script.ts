import { BOOKKEEPING_TABLES, SQL_SERVER_BOOKKEEPING } from '../history/history-tables.ts';

export interface BootstrapNames {
  database: string;
  /** Login that migrates. */
  migrator: string;
  /** Login that the programs run with. */
  app: string;
}

/** Where a part of the script runs: `master`, or the new database. */
export interface BootstrapPart {
  title: string;
  in: 'master' | 'database';
  /** Values of its parameters @p0, @p1 …, by what they are. */
  parameters: readonly ('migratorPassword' | 'appPassword')[];
  sql: string;
}

/** Where a login is made, its password is a parameter, so that no log of statements can hold it. */
export function bootstrapParts({ database, migrator, app }: BootstrapNames): BootstrapPart[] {
  const name = (text: string) => `[${text.replaceAll(']', ']]')}]`;
  const text = (value: string) => `N'${value.replaceAll("'", "''")}'`;
  const login = (of: string, parameter: BootstrapPart['parameters'][number]): BootstrapPart => ({
    title: `The login ${of}`,
    in: 'master',
    parameters: [parameter],
    sql: `DECLARE @password nvarchar(128) = @p0, @sql nvarchar(max);
SET @sql = CASE WHEN SUSER_ID(${text(of)}) IS NULL THEN N'CREATE' ELSE N'ALTER' END
  + N' LOGIN ' + QUOTENAME(${text(of)}) + N' WITH PASSWORD = N''' + REPLACE(@password, N'''', N'''''') + N''', DEFAULT_DATABASE = ' + QUOTENAME(${text(database)});
EXEC (@sql);`,
  });
  const user = (of: string, rights: readonly string[]): BootstrapPart => ({
    title: `The rights of ${of}`,
    in: 'database',
    parameters: [],
    sql: [
      `IF DATABASE_PRINCIPAL_ID(${text(of)}) IS NULL`,
      `  CREATE USER ${name(of)} FOR LOGIN ${name(of)} WITH DEFAULT_SCHEMA = dbo;`,
      ...rights,
    ].join('\n'),
  });
  return [
    {
      title: 'The database; RDS for SQL Server creates none by itself',
      in: 'master',
      parameters: [],
      sql: `IF DB_ID(${text(database)}) IS NULL\n  CREATE DATABASE ${name(database)};`,
    },
    {
      title: 'Readers see the last committed version of a row instead of waiting for its writer',
      in: 'master',
      parameters: [],
      sql: `IF (SELECT is_read_committed_snapshot_on FROM sys.databases WHERE name = ${text(database)}) = 0
  EXEC (${text(`ALTER DATABASE ${name(database)} SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE`)});`,
    },
    {
      title: 'Reports may read one state of everything',
      in: 'master',
      parameters: [],
      sql: `IF (SELECT snapshot_isolation_state FROM sys.databases WHERE name = ${text(database)}) = 0
  EXEC (${text(`ALTER DATABASE ${name(database)} SET ALLOW_SNAPSHOT_ISOLATION ON`)});`,
    },
    login(migrator, 'migratorPassword'),
    login(app, 'appPassword'),
    ...SQL_SERVER_BOOKKEEPING.map((sql): BootstrapPart => ({
      title: 'Bookkeeping of migrations',
      in: 'database',
      parameters: [],
      sql,
    })),
    user(migrator, [
      `ALTER ROLE db_ddladmin ADD MEMBER ${name(migrator)};`,
      `ALTER ROLE db_datareader ADD MEMBER ${name(migrator)};`,
      `ALTER ROLE db_datawriter ADD MEMBER ${name(migrator)};`,
      `GRANT VIEW DEFINITION TO ${name(migrator)};`,
    ]),
    user(app, [
      `GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dbo TO ${name(app)};`,
      ...BOOKKEEPING_TABLES.map(
        (table) => `DENY INSERT, UPDATE, DELETE ON dbo.${table} TO ${name(app)};`,
      ),
    ]),
  ];
}

/** The same as a script for sqlcmd, with the passwords as its variables. */
export function bootstrapScript(names: BootstrapNames): string {
  const variables = { migratorPassword: 'MigratorPassword', appPassword: 'AppPassword' };
  const parts = bootstrapParts(names).map(({ title, in: where, parameters, sql }) => {
    const [parameter] = parameters;
    const filled =
      parameter === undefined ? sql : sql.replace('@p0', () => `N'$(${variables[parameter]})'`);
    return `-- ${title}\nUSE [${where === 'master' ? 'master' : names.database}];\n${filled}\nGO`;
  });
  return [
    '-- Run it once with the master login:',
    '-- sqlcmd -b -I -i <this file> -v MigratorPassword="…" AppPassword="…"',
    ...parts,
  ].join('\n\n');
}

/** What knex itself keeps: a row for each step that is applied, and nothing else. */
export const APPLIED_TABLE = 'knex_migrations';
/** knex's own lock. Ours is an application lock; this one only has to exist for knex. */
export const KNEX_LOCK_TABLE = 'knex_migrations_lock';
/** A row for each attempt at a step, of whatever outcome; never changed after its end. */
export const HISTORY_TABLE = 'migration_history';

/** Tables that are ours and not the schema's. */
export const BOOKKEEPING_TABLES: readonly string[] = [
  APPLIED_TABLE,
  KNEX_LOCK_TABLE,
  HISTORY_TABLE,
];

/** Name of the application lock that whoever migrates a SQL Server holds. */
export const MIGRATION_LOCK = 'ordercast-migrations';

/**
 * Creates the bookkeeping where it is missing. knex finds its tables in place, with named keys; a
 * database that knex has migrated before keeps what it has.
 */
export const SQL_SERVER_BOOKKEEPING: readonly string[] = [
  `IF OBJECT_ID(N'dbo.${APPLIED_TABLE}', N'U') IS NULL
  CREATE TABLE dbo.${APPLIED_TABLE} (
    id int IDENTITY(1, 1) NOT NULL CONSTRAINT pk_${APPLIED_TABLE} PRIMARY KEY,
    name nvarchar(255) NULL,
    batch int NULL,
    migration_time datetime2 NULL
  );`,
  `IF OBJECT_ID(N'dbo.${KNEX_LOCK_TABLE}', N'U') IS NULL
BEGIN
  CREATE TABLE dbo.${KNEX_LOCK_TABLE} (
    [index] int IDENTITY(1, 1) NOT NULL CONSTRAINT pk_${KNEX_LOCK_TABLE} PRIMARY KEY,
    is_locked int NULL
  );
  INSERT INTO dbo.${KNEX_LOCK_TABLE} (is_locked) VALUES (0);
END;`,
  `IF OBJECT_ID(N'dbo.${HISTORY_TABLE}', N'U') IS NULL
  CREATE TABLE dbo.${HISTORY_TABLE} (
    id bigint IDENTITY(1, 1) NOT NULL CONSTRAINT pk_${HISTORY_TABLE} PRIMARY KEY,
    version char(14) NOT NULL,
    name nvarchar(255) NOT NULL,
    direction varchar(10) NOT NULL,
    checksum char(64) NULL,
    outcome varchar(10) NOT NULL,
    items_done int NOT NULL,
    item_cursor nvarchar(400) NULL,
    started_at datetime2(3) NOT NULL,
    duration_ms bigint NULL,
    done_by nvarchar(256) NULL,
    done_from nvarchar(256) NULL,
    error nvarchar(2000) NULL,
    statements_checksum char(64) NULL,
    statements nvarchar(max) NULL,
    CONSTRAINT ck_${HISTORY_TABLE}_direction CHECK (direction IN ('up', 'down', 'baseline', 'repair')),
    CONSTRAINT ck_${HISTORY_TABLE}_outcome CHECK (outcome IN ('started', 'done', 'failed'))
  );`,
  // A history of before the file and its T-SQL were told apart.
  `IF COL_LENGTH(N'dbo.${HISTORY_TABLE}', N'statements_checksum') IS NULL
  ALTER TABLE dbo.${HISTORY_TABLE} ADD statements_checksum char(64) NULL;`,
  `IF COL_LENGTH(N'dbo.${HISTORY_TABLE}', N'statements') IS NULL
  ALTER TABLE dbo.${HISTORY_TABLE} ADD statements nvarchar(max) NULL;`,
];

export const SQLITE_BOOKKEEPING: readonly string[] = [
  `create table if not exists ${APPLIED_TABLE} (
    id integer not null primary key autoincrement, name varchar(255), batch integer, migration_time datetime
  )`,
  `create table if not exists ${KNEX_LOCK_TABLE} (
    \`index\` integer not null primary key autoincrement, is_locked integer
  )`,
  `insert into ${KNEX_LOCK_TABLE} (is_locked)
   select 0 where not exists (select 1 from ${KNEX_LOCK_TABLE})`,
  `create table if not exists ${HISTORY_TABLE} (
    id integer not null primary key autoincrement,
    version char(14) not null,
    name varchar(255) not null,
    direction varchar(10) not null,
    checksum char(64),
    outcome varchar(10) not null,
    items_done integer not null,
    item_cursor varchar(400),
    started_at datetime not null,
    duration_ms bigint,
    done_by varchar(256),
    done_from varchar(256),
    error varchar(2000),
    statements_checksum char(64),
    statements text
  )`,
];

/** Columns that a SQLite history of before lacks, with their types. */
export const SQLITE_HISTORY_ADDITIONS: readonly (readonly [string, string])[] = [
  ['statements_checksum', 'char(64)'],
  ['statements', 'text'],
];

/** Columns that a history of before lacks until something is changed. */
export const HISTORY_ADDITIONS: readonly string[] = SQLITE_HISTORY_ADDITIONS.map(([name]) => name);

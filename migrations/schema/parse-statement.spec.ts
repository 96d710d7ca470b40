import type { Knex } from 'knex';
import { describe, expect, it } from 'vitest';
import { createIndex } from '../step/create-index.ts';
import { record } from '../step/recording-client.ts';
import { parseStatement } from './parse-statement.ts';
import type { Statement } from './statement.ts';

/** What a step that is written with knex comes to. */
async function meaningsOf(run: (knex: Knex) => Promise<unknown>): Promise<Statement[]> {
  const { items } = await record(run);
  return items.flatMap((item) => (item.kind === 'statement' ? [parseStatement(item.sql)] : []));
}

describe('a T-SQL statement', () => {
  it('that creates a table is read to the last constraint', () => {
    const statement = parseStatement(`CREATE TABLE [dbo].[orders] (
      id char(26) COLLATE Latin1_General_BIN2 NOT NULL, -- a ULID
      [number] int IDENTITY(1, 1) NOT NULL,
      note nvarchar(max) NULL CONSTRAINT df_orders_note DEFAULT (N'it''s (nice)'),
      price decimal(10, 2) NOT NULL,
      total AS (price * 2) PERSISTED,
      customer varchar(64) NOT NULL CONSTRAINT fk_orders_customer REFERENCES people (sub) ON DELETE CASCADE,
      CONSTRAINT pk_orders PRIMARY KEY NONCLUSTERED (id ASC, [number] DESC),
      CONSTRAINT uq_orders_number UNIQUE ([number]),
      CONSTRAINT ck_orders_price CHECK (price > 0 AND (price < 100 OR note IS NULL))
    );`);
    expect(statement).toMatchObject({
      kind: 'create-table',
      table: {
        name: 'orders',
        columns: [
          { name: 'id', type: 'char(26)', collation: 'Latin1_General_BIN2', nullable: false },
          { name: 'number', type: 'int', identity: true, nullable: false },
          {
            name: 'note',
            type: 'nvarchar(max)',
            nullable: true,
            default: { name: 'df_orders_note', definition: "(N'it''s (nice)')" },
          },
          { name: 'price', type: 'decimal(10,2)', nullable: false },
          { name: 'total', computed: 'price * 2' },
          { name: 'customer', type: 'varchar(64)' },
        ],
        primaryKey: {
          name: 'pk_orders',
          clustered: false,
          columns: [
            { name: 'id', descending: false },
            { name: 'number', descending: true },
          ],
        },
        uniques: [{ name: 'uq_orders_number', clustered: false }],
        foreignKeys: [
          {
            name: 'fk_orders_customer',
            references: { table: 'people', columns: ['sub'] },
            onDelete: 'cascade',
          },
        ],
        checks: [{ name: 'ck_orders_price' }],
      },
    });
  });

  it.each<[string, object]>([
    [
      'ALTER TABLE orders ALTER COLUMN note nvarchar(200) COLLATE Latin1_General_CI_AS NOT NULL',
      {
        kind: 'alter-column',
        table: 'orders',
        column: {
          name: 'note',
          type: 'nvarchar(200)',
          collation: 'Latin1_General_CI_AS',
          nullable: false,
        },
      },
    ],
    [
      'ALTER TABLE orders WITH NOCHECK ADD CONSTRAINT ck CHECK (a > 0)',
      { kind: 'add-constraint', constraint: { type: 'check', name: 'ck', checked: false } },
    ],
    [
      'ALTER TABLE orders ADD CONSTRAINT df DEFAULT (getutcdate()) FOR created_at',
      {
        constraint: {
          type: 'default',
          column: 'created_at',
          default: { definition: '(getutcdate())' },
        },
      },
    ],
    ['ALTER TABLE orders DROP COLUMN a, b', { kind: 'drop-columns', columns: ['a', 'b'] }],
    [
      'ALTER TABLE orders DROP CONSTRAINT IF EXISTS ck',
      { kind: 'drop-constraint', name: 'ck', ifExists: true },
    ],
    [
      'CREATE UNIQUE CLUSTERED INDEX ix ON dbo.orders (a DESC, b) INCLUDE (c, d) WHERE a IS NOT NULL WITH (FILLFACTOR = 90, ONLINE = ON)',
      {
        kind: 'create-index',
        online: true,
        index: {
          name: 'ix',
          unique: true,
          clustered: true,
          include: ['c', 'd'],
          filter: 'a IS NOT NULL',
          columns: [
            { name: 'a', descending: true },
            { name: 'b', descending: false },
          ],
        },
      },
    ],
    ['DROP INDEX IF EXISTS ix ON orders', { kind: 'drop-index', name: 'ix', ifExists: true }],
    ['DROP TABLE IF EXISTS dbo.orders', { kind: 'drop-table', table: 'orders', ifExists: true }],
    [
      "EXEC sp_rename N'dbo.orders.note', N'remark', N'COLUMN'",
      { kind: 'rename-column', table: 'orders', from: 'note', to: 'remark' },
    ],
    [
      'CREATE OR ALTER VIEW dbo.open_orders AS SELECT id FROM orders',
      { kind: 'module', module: { kind: 'view', name: 'open_orders' } },
    ],
    ['DROP PROCEDURE IF EXISTS tidy', { kind: 'drop-module', name: 'tidy', ifExists: true }],
    [
      "UPDATE TOP (10) orders SET note = 'a;b' WHERE id > 3",
      { kind: 'data', verb: 'UPDATE', table: 'orders' },
    ],
    ['DELETE FROM dbo.orders', { kind: 'data', verb: 'DELETE', table: 'orders' }],
    [
      "UPDATE o SET note = '' FROM dbo.orders AS o INNER JOIN people p ON p.sub = o.sub",
      { verb: 'UPDATE', table: 'orders', rows: { reads: ['orders', 'people'], atMost: undefined } },
    ],
    ['DELETE o FROM orders o', { verb: 'DELETE', table: 'orders' }],
    [
      'DELETE d FROM (SELECT * FROM orders WHERE (a) > 1) AS d JOIN people ON d.sub = people.sub',
      { verb: 'DELETE', table: 'orders', rows: { reads: ['orders', 'people'] } },
    ],
    ['DELETE FROM o FROM orders AS o', { verb: 'DELETE', table: 'orders' }],
    [
      'WITH a AS (SELECT * FROM orders), b (id) AS (SELECT TOP (10) id FROM a) DELETE FROM b',
      { verb: 'DELETE', table: 'orders', rows: { atMost: 10 } },
    ],
    [
      'MERGE orders AS t USING people AS s ON s.sub = t.sub WHEN NOT MATCHED THEN INSERT (id) VALUES (1) WHEN MATCHED THEN DELETE;',
      { verb: 'MERGE', table: 'orders', rows: { reads: ['people'] } },
    ],
    [
      'INSERT INTO archive (id) SELECT TOP (5) id FROM orders WHERE id IN (SELECT id FROM people)',
      { verb: 'INSERT', table: 'archive', rows: { reads: ['orders', 'people'], atMost: 5 } },
    ],
    [
      "INSERT INTO orders (id, note) OUTPUT inserted.id VALUES (1, 'select')",
      { verb: 'INSERT', table: 'orders', rows: { reads: [], atMost: 1 } },
    ],
    [
      'SELECT id INTO archive FROM orders, people AS p',
      { verb: 'SELECT INTO', table: 'archive', rows: { reads: ['orders', 'people'] } },
    ],
    ['/* a /* b */ c */ DROP TABLE orders', { kind: 'drop-table', table: 'orders' }],
    ['DROP TABLE archive.dbo.orders', { kind: 'data', verb: 'DROP' }],
    [
      'ALTER TABLE orders WITH CHECK CHECK CONSTRAINT ck',
      { kind: 'enforce', names: ['ck'], enforcement: undefined },
    ],
    ['ALTER TABLE orders CHECK CONSTRAINT ALL', { names: ['ALL'], enforcement: 'untrusted' }],
    [
      'ALTER TABLE orders NOCHECK CONSTRAINT ck, fk',
      { kind: 'enforce', names: ['ck', 'fk'], enforcement: 'disabled' },
    ],
    [
      'ALTER TABLE orders ADD CONSTRAINT ck CHECK NOT FOR REPLICATION (a > 0)',
      { kind: 'add-constraint', constraint: { type: 'check', checked: false } },
    ],
    ['DROP TABLE audit.orders', { kind: 'drop-table', table: 'audit.orders' }],
    [
      "EXEC sp_rename 'audit.orders.note', 'remark', 'COLUMN'",
      { kind: 'rename-column', table: 'audit.orders', from: 'note', to: 'remark' },
    ],
    [
      "EXEC sp_rename 'audit.orders', 'sales'",
      { kind: 'rename-table', from: 'audit.orders', to: 'audit.sales' },
    ],
    [
      'DELETE o FROM audit.orders o JOIN dbo.people p ON o.sub = p.sub',
      { verb: 'DELETE', table: 'audit.orders', rows: { reads: ['audit.orders', 'people'] } },
    ],
    [
      'CREATE SEQUENCE audit.numbers START WITH 1',
      { kind: 'create-object', object: { kind: 'sequence', name: 'audit.numbers' } },
    ],
    ['DROP TYPE IF EXISTS money2', { kind: 'drop-object', name: 'money2', ifExists: true }],
    ['ALTER INDEX ix ON orders DISABLE', { kind: 'enable-index', name: 'ix', disabled: true }],
    [
      'ALTER INDEX ALL ON orders REBUILD WITH (ONLINE = ON)',
      { kind: 'enable-index', name: 'ALL', disabled: false },
    ],
    [
      'DISABLE TRIGGER tr ON orders',
      { kind: 'enable-trigger', table: 'orders', names: ['tr'], disabled: true },
    ],
    [
      'ALTER TABLE orders ENABLE TRIGGER ALL',
      { kind: 'enable-trigger', table: 'orders', names: ['ALL'], disabled: false },
    ],
    [
      'CREATE TABLE logs (id int PRIMARY KEY, at int UNIQUE CLUSTERED)',
      { table: { primaryKey: { clustered: false }, uniques: [{ clustered: true }] } },
    ],
    [
      'CREATE INDEX ix ON orders (a) WITH (ONLINE = ON (WAIT_AT_LOW_PRIORITY (MAX_DURATION = 1 MINUTES, ABORT_AFTER_WAIT = SELF)), RESUMABLE = ON)',
      { online: true, resumable: true },
    ],
    ['EXEC dbo.tidy_up 1', { kind: 'data', verb: 'EXEC', procedure: 'tidy_up' }],
    ['GRANT SELECT ON orders TO app', { kind: 'data', verb: 'GRANT' }],
  ])('%s is understood', (sql, meaning) => {
    expect(parseStatement(sql)).toMatchObject(meaning);
  });

  it.each([
    'CREATE FULLTEXT CATALOG s',
    'ALTER DATABASE shop SET RECOVERY SIMPLE',
    "EXEC ('DROP TABLE ' + @name)",
    'IF 1 = 1 DROP TABLE orders',
    'DROP TABLE a; DROP TABLE b',
    'CREATE TABLE orders (id int NOT NULL SPARSE)',
    'CREATE TABLE orders (id int',
    "DROP TABLE orders' --",
    "UPDATE orders SET note = '' DROP TABLE orders",
    'DELETE FROM orders WHERE id = 3 EXEC tidy_up',
    'GRANT SELECT ON orders TO app DROP TABLE orders',
    "INSERT INTO orders (id) VALUES (1) UPDATE orders SET note = ''",
    'INSERT INTO orders EXEC fetch_orders',
    'ALTER TABLE orders ADD a int NULL CONSTRAINT df_a DEFAULT 1 DROP TABLE orders',
    'ALTER TABLE orders ADD a int CONSTRAINT df_a DEFAULT 1; DROP TABLE orders',
    'CREATE INDEX ix ON orders (a) WHERE a > 1 DROP TABLE orders',
    'CREATE INDEX ix ON orders (a) WHERE a > 1; DROP TABLE orders',
    'CREATE INDEX ix ON orders (a) WITH (DROP_EXISTING = ON)',
    'CREATE UNIQUE INDEX ix ON orders (a) WITH (IGNORE_DUP_KEY = ON)',
    'CREATE UNIQUE VIEW open_orders AS SELECT 1 AS one',
    'CREATE TABLE orders (id int NOT NULL, INDEX ix (id))',
    'CREATE TABLE #orders (id int NOT NULL)',
    'ALTER TABLE orders WITH NOCHECK DROP CONSTRAINT ck',
    "IF OBJECT_ID('other', 'U') IS NULL CREATE TABLE orders (id int)",
    "IF OBJECT_ID('orders', 'U') IS NOT NULL ALTER TABLE orders ADD a int",
    "IF OBJECT_ID('orders', 'U') IS NULL DROP TABLE orders",
    "DECLARE @online nvarchar(40) = N' DROP TABLE orders'; EXEC (N'CREATE INDEX ix ON orders (a)' + @online)",
    "EXEC sp_rename 'ix', 'ix2', 'STATISTICS'",
    "EXEC sp_rename 'shop.dbo.orders', 'sales'",
    'CREATE SEQUENCE s START WITH 1 DROP TABLE orders',
    'CREATE SCHEMA audit CREATE TABLE log (id int)',
    'ALTER INDEX ix ON orders REBUILD DROP TABLE orders',
    'ALTER INDEX ix ON orders REORGANIZE DROP TABLE orders',
    'ALTER INDEX ix ON orders RESUME',
    "EXEC @outcome = sp_rename 'a', 'b'",
    'SET @a = 1',
    'UPDATE orders SET a = 1\nGO\n',
    'COMMIT',
    "EXECUTE AS USER = 'dbo'",
    'UPDATE STATISTICS orders',
    'CREATE TRIGGER tr ON DATABASE FOR DROP_TABLE AS ROLLBACK',
    'BULK INSERT orders FROM nowhere',
    "IF EXISTS(SELECT * FROM sys.fn_listextendedproperty(N'a', NULL)) DROP TABLE orders",
  ])('%s is called unreadable, never guessed', (sql) => {
    expect(parseStatement(sql)).toMatchObject({ kind: 'unreadable' });
  });

  it('that knex writes is understood, whatever the builder', async () => {
    const meanings = await meaningsOf(async (knex) => {
      await knex.schema.createTable('shops', (table) => {
        table.increments('id');
        table.string('name', 80).notNullable();
        table.boolean('open').notNullable().defaultTo(true, { constraintName: 'df_shops_open' });
        table.timestamps(true, true);
      });
      await knex.schema.alterTable('shops', (table) => {
        table.dropColumn('open');
        table.renameColumn('name', 'title');
        table.unique(['title'], { indexName: 'uq_shops_title', useConstraint: true });
        table.unique(['id'], { indexName: 'ix_shops_id' });
        table.check('id > 0', [], 'ck_shops_id');
        table.foreign('id', 'fk_shops').references('people.id').onDelete('CASCADE');
        table.dropForeign('id', 'fk_shops');
        table.dropChecks(['ck_shops_id']);
        table.dropIndex(['id'], 'ix_shops_id');
        table.comment("the shop's table");
      });
      await knex.schema.renameTable('shops', 'stores');
      await knex.schema.dropTableIfExists('stores');
      await createIndex(knex, 'orders', {
        name: 'ix_orders_status',
        columns: ['status'],
        where: "status <> 'delivered'",
        online: true,
      });
    });
    expect(meanings.filter(({ kind }) => kind === 'unreadable')).toEqual([]);
    expect(meanings.at(-1)).toMatchObject({
      kind: 'create-index',
      online: true,
      index: { filter: "status <> 'delivered'" },
    });
  });
});

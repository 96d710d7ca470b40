import type { Knex } from 'knex';
import { describe, expect, it } from 'vitest';
import { createIndex } from '../step/create-index.ts';
import { record } from '../step/recording-client.ts';
import { parseStatement } from './parse-statement.ts';
import type { Statement } from './statement.ts';

/** What a step that is written with knex comes to. */
async function meaningsOf(run: (knex: Knex) => Promise<unknown>): Promise<Statement[]> {
  const items = await record(run);
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

import { describe, expect, it } from 'vitest';
import { StatementDoesNotApply, applyStatement } from './apply-statement.ts';
import { compareSchemas, describeDifference } from './compare-schemas.ts';
import { parseStatement } from './parse-statement.ts';
import { EMPTY_SCHEMA } from './schema-model.ts';
import type { SchemaModel } from './schema-model.ts';

const SHOP = [
  'CREATE TABLE orders (id char(26) NOT NULL, note nvarchar(4000) NULL, total bigint NOT NULL, at datetime2(3) NOT NULL CONSTRAINT df_orders_at DEFAULT (getutcdate()), CONSTRAINT pk_orders PRIMARY KEY (id), CONSTRAINT ck_orders_total CHECK (total between 0 and 9))',
  'CREATE INDEX ix_orders_total ON orders (total, id) INCLUDE (note) WHERE total > 0',
  'CREATE VIEW totals AS SELECT total FROM orders',
];

function schema(...statements: readonly string[]): SchemaModel {
  return statements.map(parseStatement).reduce(applyStatement, EMPTY_SCHEMA);
}

function differences(...changes: readonly string[]): string[] {
  const result = compareSchemas(schema(...SHOP), schema(...SHOP, ...changes));
  return result.differences.map(describeDifference);
}

describe('two schemas', () => {
  it('that were made by different ways are the same', () => {
    expect(
      differences(
        'ALTER TABLE orders ADD extra int NULL',
        'ALTER TABLE orders DROP COLUMN extra',
        'DROP INDEX ix_orders_total ON orders',
        'CREATE NONCLUSTERED INDEX [ix_orders_total] ON [dbo].[orders] ([total] ASC, [id]) INCLUDE ([note]) WHERE ([total]>(0))',
        'ALTER TABLE orders DROP CONSTRAINT ck_orders_total',
        'ALTER TABLE orders ADD CONSTRAINT ck_orders_total CHECK ([total]>=(0) AND [total]<=(9))',
        'ALTER VIEW totals AS SELECT total  FROM orders',
      ),
    ).toEqual([]);
  });

  it.each([
    [
      'ALTER TABLE orders ALTER COLUMN note nvarchar(200) NULL',
      'orders.note: is nvarchar(200) null, expected nvarchar(4000) null',
    ],
    ['ALTER TABLE orders ADD hand int NULL', 'orders.hand: int null is there and should not be'],
    [
      'ALTER TABLE orders DROP COLUMN note',
      'orders.note: is missing, expected nvarchar(4000) null',
    ],
    [
      'ALTER TABLE orders DROP CONSTRAINT df_orders_at',
      'orders.at: is missing, expected default ((getutcdate()))',
    ],
    [
      'ALTER TABLE orders DROP CONSTRAINT pk_orders',
      'orders: pk_orders: is missing, expected primary key clustered (id)',
    ],
    [
      'ALTER TABLE orders DROP CONSTRAINT ck_orders_total',
      'orders: ck_orders_total: is missing, expected check (total between 0 and 9)',
    ],
    [
      'DROP INDEX ix_orders_total ON orders',
      /^orders: ix_orders_total: is missing, expected index/,
    ],
    [
      'CREATE INDEX ix_hand ON orders (at)',
      'orders: ix_hand: index (at) is there and should not be',
    ],
    ['CREATE TABLE hand (id int)', 'hand: table hand is there and should not be'],
    ['DROP VIEW totals', /^totals: is missing/],
    ['CREATE OR ALTER VIEW totals AS SELECT 1 AS total', /^totals: is view totals AS SELECT 1/],
  ])('after %s differ in exactly that', (change, expected) => {
    const found = differences(change);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  it('differ in the name of a default, whose case and whose absence are none', () => {
    const dropped = 'ALTER TABLE orders DROP CONSTRAINT df_orders_at';
    const named = (name: string) => `ALTER TABLE orders ADD ${name} DEFAULT (getutcdate()) FOR at`;
    expect(differences(dropped, named('CONSTRAINT df_by_hand'))).toEqual([
      'orders.at: is default named df_by_hand, expected default named df_orders_at',
    ]);
    expect(differences(dropped, named(''))).toHaveLength(1);
    expect(differences(dropped, named('CONSTRAINT [DF_Orders_At]'))).toEqual([]);
    // What a statement leaves unnamed has a name of the server's own.
    const unnamed = schema(...SHOP, dropped, named(''));
    expect(compareSchemas(unnamed, schema(...SHOP)).differences).toEqual([]);
  });

  it.each([
    [
      'ALTER TABLE orders NOCHECK CONSTRAINT ck_orders_total',
      /^orders: ck_orders_total: the constraint is disabled/,
    ],
    [
      'ALTER TABLE orders NOCHECK CONSTRAINT ALL',
      /^orders: ck_orders_total: the constraint is disabled/,
    ],
    ['ALTER TABLE orders CHECK CONSTRAINT ck_orders_total', /the constraint is not trusted/],
    [
      'ALTER INDEX ix_orders_total ON orders DISABLE',
      /^orders: ix_orders_total: the index is disabled/,
    ],
    ['ALTER INDEX ALL ON orders DISABLE', /the index is disabled/],
    ['CREATE SEQUENCE numbers AS int START WITH 1', /^numbers: sequence numbers is there/],
    ['CREATE TYPE phone FROM varchar(20)', /^phone: type phone is there/],
    ['CREATE SYNONYM s FOR dbo.orders', /^s: synonym s is there/],
    ['CREATE TABLE audit.orders (id int)', /^audit\.orders: table audit\.orders is there/],
  ])('differ after %s', (change, expected) => {
    expect(differences(change).join('\n')).toMatch(expected);
  });

  it.each([
    [
      'ALTER TABLE orders NOCHECK CONSTRAINT ALL',
      'ALTER TABLE orders WITH CHECK CHECK CONSTRAINT ALL',
    ],
    ['ALTER INDEX ALL ON orders DISABLE', 'ALTER INDEX ALL ON orders REBUILD WITH (ONLINE = ON)'],
    ['CREATE SEQUENCE numbers', 'DROP SEQUENCE IF EXISTS numbers'],
    ["EXEC sp_rename 'orders', 'bookings'", "EXEC sp_rename 'bookings', 'orders'"],
    [
      "EXEC sp_rename 'ck_orders_total', 'ck'",
      "EXEC sp_rename 'dbo.ck', 'ck_orders_total', 'OBJECT'",
    ],
    ["EXEC sp_rename 'orders.pk_orders', 'pk', 'INDEX'", "EXEC sp_rename 'pk', 'pk_orders'"],
  ])('are the same after %s and %s', (change, back) => {
    expect(differences(change)).not.toEqual([]);
    expect(differences(change, back)).toEqual([]);
  });

  it('differ in no name by its case alone, unless the database does', () => {
    const child = (names: string) =>
      `CREATE TABLE lines (id int NOT NULL, order_id char(26) NOT NULL, CONSTRAINT fk_lines FOREIGN KEY (order_id) REFERENCES ${names})`;
    const written = schema(
      ...SHOP,
      child('ORDERS (Id)'),
      'CREATE INDEX ix_lines ON lines (ORDER_ID)',
    );
    const kept = schema(...SHOP, child('orders (id)'), 'CREATE INDEX ix_lines ON lines (order_id)');
    expect(compareSchemas(written, kept).differences).toEqual([]);
    const exact = compareSchemas(schema('CREATE TABLE orders (id int)'), {
      ...schema('CREATE TABLE Orders (id int)'),
      collation: 'Latin1_General_BIN2',
    });
    expect(exact.differences.map(describeDifference)).toEqual([
      'orders: is missing, expected table orders',
      'Orders: table Orders is there and should not be',
    ]);
  });

  it('are told where one of their expressions cannot be read', () => {
    const odd = schema(
      'CREATE TABLE t (a int CONSTRAINT ck CHECK (case when a > 1 then 1 end = 1))',
    );
    expect(compareSchemas(odd, odd)).toMatchObject({
      differences: [],
      notCompared: [expect.stringContaining('t: ck')],
    });
  });
});

describe('a statement on a schema', () => {
  it.each([
    'CREATE TABLE orders (id int)',
    'DROP TABLE nothing',
    'ALTER TABLE orders ADD note int',
    'ALTER TABLE orders DROP COLUMN nothing',
    'ALTER TABLE orders DROP CONSTRAINT nothing',
    'DROP INDEX nothing ON orders',
    'CREATE INDEX ix_orders_total ON orders (id)',
    'DROP VIEW nothing',
  ])('is refused where the server would refuse it: %s', (sql) => {
    expect(() => schema(...SHOP, sql)).toThrow(StatementDoesNotApply);
  });

  it('follows a renamed table and column into foreign keys, also of other tables', () => {
    const renamed = schema(
      ...SHOP,
      'CREATE TABLE lines (id int, order_id char(26), CONSTRAINT fk_lines FOREIGN KEY (order_id) REFERENCES orders (id))',
      "EXEC sp_rename 'dbo.orders.id', 'key', 'COLUMN'",
      "EXEC sp_rename 'orders', 'bookings'",
    );
    expect(renamed.tables.get('lines')?.foreignKeys[0]?.references).toEqual({
      table: 'bookings',
      columns: ['key'],
    });
  });

  it('follows a renamed column into keys and indexes', () => {
    const renamed = schema(...SHOP, "EXEC sp_rename 'orders.total', 'amount', 'COLUMN'");
    const [index] = renamed.tables.get('orders')?.indexes ?? [];
    expect(index?.columns.map(({ name }) => name)).toEqual(['amount', 'id']);
  });

  it('keeps names with a dot, and follows them as they are renamed', () => {
    const made = schema(
      'CREATE SCHEMA [a.b]',
      'CREATE TABLE [a.b].[c.d] ([e.f] int NOT NULL, CONSTRAINT [pk.x] PRIMARY KEY ([e.f]))',
      'CREATE TABLE "a.b" ("x.y" int NOT NULL CONSTRAINT "fk.x" REFERENCES [a.b].[c.d] ([e.f]))',
      "EXEC sp_rename '[a.b].[c.d].[e.f]', 'g.h', 'COLUMN'",
      "EXEC sp_rename '[a.b].[pk.x]', 'pk.y'",
      "EXEC sp_rename '\"fk.x\"', 'fk.y'",
      "EXEC sp_rename 'dbo.[a.b]', 'a.c'",
    );
    expect([...made.tables.values()].map(({ name }) => name)).toEqual(['[a.b].[c.d]', '[a.c]']);
    const [outer, inner] = [...made.tables.values()];
    expect(outer).toMatchObject({ columns: [{ name: 'g.h' }], primaryKey: { name: 'pk.y' } });
    expect(inner).toMatchObject({
      columns: [{ name: 'x.y' }],
      foreignKeys: [{ name: 'fk.y', references: { table: '[a.b].[c.d]', columns: ['g.h'] } }],
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COLUMNS, databaseRow, startCatalogueServer } from '../testing/catalogue-server.ts';
import type { Catalogue, CatalogueServer, Row } from '../testing/catalogue-server.ts';
import { statements } from '../testing/step-files.ts';

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const TABLES = [
  `CREATE TABLE days (a int NOT NULL, b int NOT NULL, CONSTRAINT uq_days UNIQUE NONCLUSTERED (b, a))`,
  `CREATE TABLE orders ( id bigint IDENTITY(1, 1) NOT NULL, b int NOT NULL, a int NOT NULL, note nvarchar(200) NULL, at datetime2(3) NOT NULL, price decimal(9, 2) NOT NULL, twice AS (a * 2), CONSTRAINT pk_orders PRIMARY KEY NONCLUSTERED (id), CONSTRAINT ck_orders CHECK (a > 0), CONSTRAINT fk_orders FOREIGN KEY (b, a) REFERENCES days (b, a) ON DELETE CASCADE ON UPDATE SET NULL)`,
  `CREATE UNIQUE CLUSTERED INDEX cx_orders ON orders (at DESC, id)`,
  `CREATE INDEX ix_orders ON orders (b) INCLUDE (note) WHERE a > 5`,
];

const column = (table_name: string, name: string, more: Row = {}): Row => ({
  table_name,
  name,
  type: 'int',
  max_length: 4,
  precision: 10,
  scale: 0,
  collation: null,
  is_nullable: 0,
  is_identity: 0,
  default_name: null,
  default_definition: null,
  computed: null,
  ...more,
});
const index = (table_name: string, name: string, column_name: string, more: Row = {}): Row => ({
  table_name,
  name,
  column_name,
  type: 2,
  is_unique: 0,
  is_primary_key: 0,
  is_unique_constraint: 0,
  filter: null,
  is_included: 0,
  is_descending: 0,
  is_disabled: 0,
  ...more,
});
const enforced = { is_disabled: 0, is_not_trusted: 0 };
const foreign = (name: string): Row => ({
  table_name: 'orders',
  name: 'fk_orders',
  column_name: name,
  referenced_table: 'days',
  referenced_column: name,
  on_delete: 1,
  on_update: 2,
  ...enforced,
});
const isUnique = { is_unique: 1 };
const isFiltered = { filter: '([a]>(5))' };

/** By a short name of a row; what SQL Server's catalogue says of those tables. */
const ROWS = {
  columns: {
    days_a: column('days', 'a'),
    days_b: column('days', 'b'),
    id: column('orders', 'id', { type: 'bigint', is_identity: 1 }),
    b: column('orders', 'b'),
    a: column('orders', 'a'),
    note: column('orders', 'note', {
      type: 'nvarchar',
      max_length: 400,
      is_nullable: 1,
      collation: 'Latin1_General_CS_AS',
    }),
    at: column('orders', 'at', { type: 'datetime2', scale: 3 }),
    price: column('orders', 'price', { type: 'decimal', precision: 9, scale: 2 }),
    twice: column('orders', 'twice', { is_nullable: 1, computed: '([a]*(2))' }),
  },
  indexes: {
    uq_b: index('days', 'uq_days', 'b', { is_unique: 1, is_unique_constraint: 1 }),
    uq_a: index('days', 'uq_days', 'a', { is_unique: 1, is_unique_constraint: 1 }),
    cx_at: index('orders', 'cx_orders', 'at', { type: 1, is_descending: 1, ...isUnique }),
    cx_id: index('orders', 'cx_orders', 'id', { type: 1, ...isUnique }),
    ix_b: index('orders', 'ix_orders', 'b', isFiltered),
    ix_note: index('orders', 'ix_orders', 'note', { is_included: 1, ...isFiltered }),
    pk: index('orders', 'pk_orders', 'id', { is_primary_key: 1, ...isUnique }),
  },
  foreignKeys: { fk_b: foreign('b'), fk_a: foreign('a') },
  checks: {
    ck: { table_name: 'orders', name: 'ck_orders', definition: '([a]>(0))', ...enforced },
  },
};
type Changes = Readonly<Record<string, Row>>;

function catalogue(changes: Changes = {}): Catalogue {
  const changed = (rows: Readonly<Record<string, Row>>) =>
    Object.entries(rows).map(([name, row]) => ({ ...row, ...changes[name] }));
  return {
    ...databaseRow({ collation: 'Latin1_General_CS_AS' }),
    [COLUMNS]: changed(ROWS.columns),
    'sys.index_columns': changed(ROWS.indexes),
    'sys.foreign_keys': changed(ROWS.foreignKeys),
    'sys.check_constraints': changed(ROWS.checks),
  };
}

describe('verify on a SQL Server whose collation tells case apart', () => {
  let live: CatalogueServer;
  beforeAll(async () => {
    live = await startCatalogueServer();
    // The step is entered and not run: the rows stand in no real server.
    await live.steps.write(1, 'none', { up: '', down: '' });
    await live.migrate('up');
    await live.steps.write(2, 'orders', { up: statements(...TABLES), down: '' });
    live.server.database.exec(
      "insert into knex_migrations (name, batch) values ('20300102000000_orders.ts', 9)",
    );
    expect(await live.migrate('repair')).toMatchObject({ code: 0 });
  });
  afterAll(() => live.close());

  async function drift(changes: Changes): Promise<string[]> {
    live.says(catalogue(changes));
    const { out } = await live.migrate('verify');
    return out.split('\n').filter((line) => line.startsWith('drift: '));
  }

  it('finds no drift where everything is as the steps make it', async () => {
    live.says(catalogue());
    expect(await live.migrate('verify')).toEqual({
      code: 0,
      out: matching(/^Sound/),
    });
  });

  it.each<[string, Changes, RegExp]>([
    ['an identity that is none', { id: { is_identity: 0 } }, /orders\.id: is bigint not null/],
    ['a column that may be null', { b: { is_nullable: 1 } }, /orders\.b: is int null/],
    ['a shorter text', { note: { max_length: 200 } }, /note: is nvarchar\(100\) null/],
    ['a text without an end', { note: { max_length: -1 } }, /note: is nvarchar\(max\) null/],
    ['another collation', { note: { collation: 'Latin1_General_BIN2' } }, /collate Latin1_Gen/],
    ['a coarser time', { at: { scale: 0 } }, /orders\.at: is datetime2\(0\)/],
    ['a finer time', { at: { scale: 7 } }, /orders\.at: is datetime2 not null/],
    ['another precision', { price: { precision: 8 } }, /price: is decimal\(8,2\)/],
    ['another scale', { price: { scale: 3 } }, /price: is decimal\(9,3\)/],
    ['another computation', { twice: { computed: '([a]*(3))' } }, /computed as \(\(\[a\]\*\(3/],
    ['a name in another case', { b: { name: 'B' } }, /orders\.b: is missing/],
    ['another check', { ck: { definition: '([a]>=(0))' } }, /ck_orders: is check/],
    ['a check that is not trusted', { ck: { is_not_trusted: 1 } }, /ck_orders.*not trusted/],
    [
      'a foreign key that is not trusted',
      { fk_b: { is_not_trusted: 1 }, fk_a: { is_not_trusted: 1 } },
      /fk_orders: the constraint is not trusted/,
    ],
    [
      'a foreign key that is disabled',
      { fk_b: { is_disabled: 1, is_not_trusted: 1 }, fk_a: { is_disabled: 1, is_not_trusted: 1 } },
      /fk_orders: the constraint is disabled/,
    ],
    [
      'a foreign key of columns in another order',
      { fk_b: { column_name: 'a' }, fk_a: { column_name: 'b' } },
      /fk_orders: is foreign key \(a, b\)/,
    ],
    [
      'a foreign key to columns in another order',
      { fk_b: { referenced_column: 'a' }, fk_a: { referenced_column: 'b' } },
      /references days \(a, b\)/,
    ],
    [
      'a foreign key to another table',
      { fk_b: { referenced_table: 'audit.days' } },
      /references audit\.days/,
    ],
    ['another action of a deletion', { fk_b: { on_delete: 0 } }, /fk_orders: is foreign key/],
    ['another action of an update', { fk_b: { on_update: 1 } }, /on update cascade/],
    ['a key in another order', { uq_b: { column_name: 'a' }, uq_a: { column_name: 'b' } }, /uq_da/],
    ['a key that is disabled', { uq_b: { is_disabled: 1 } }, /uq_days: the index is disabled/],
    ['a primary key that is disabled', { pk: { is_disabled: 1 } }, /pk_orders: the index is disa/],
    ['a primary key that is clustered', { pk: { type: 1 } }, /pk_orders: is primary key clustered/],
    ['an index the other way round', { cx_at: { is_descending: 0 } }, /cx_orders: is .*\(at, id\)/],
    ['an index that is not clustered', { cx_at: { type: 2 } }, /cx_orders: is unique index/],
    ['an index that is not unique', { cx_at: { is_unique: 0 } }, /cx_orders: is clustered index/],
    ['an index without its filter', { ix_b: { filter: null } }, /ix_orders: is missing.*where/],
    ['an index of another filter', { ix_b: { filter: '([a]>(6))' } }, /ix_orders: is where/],
    ['an included column as a key', { ix_note: { is_included: 0 } }, /is index \(b, note\)/],
  ])('notices %s', async (_what, changes, expected) => {
    const found = await drift(changes);
    expect(found.join('\n')).toMatch(expected);
    expect(found.length).toBeLessThanOrEqual(2);
  });

  it('tells tables apart by the case of their names', async () => {
    const rows = catalogue();
    live.says({ ...rows, [COLUMNS]: [...(rows[COLUMNS] ?? []), column('Orders', 'id')] });
    const { out } = await live.migrate('verify');
    expect(out).toContain('Orders: table Orders is there and should not be');
    expect(out).not.toContain('orders: is missing');
  });
});

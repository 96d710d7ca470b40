import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COLUMNS, databaseRow, startCatalogueServer } from '../testing/catalogue-server.ts';
import type { Catalogue, CatalogueServer, Row } from '../testing/catalogue-server.ts';
import { statements } from '../testing/step-files.ts';

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

/** A row of the catalogue for a column of the table `orders`. */
const column = (name: string, more: Row = {}): Row => ({
  table_name: 'orders',
  name,
  type: 'int',
  max_length: 4,
  precision: 10,
  scale: 0,
  collation: null,
  is_nullable: false,
  is_identity: false,
  default_name: null,
  default_definition: null,
  computed: null,
  ...more,
});

let live: CatalogueServer;
beforeEach(async () => {
  live = await startCatalogueServer();
  await live.steps.write(1, 'orders', {
    up: statements(
      'CREATE TABLE orders (id int NOT NULL, total int NOT NULL CONSTRAINT df_orders_total DEFAULT (0))',
    ),
    down: '',
  });
});
afterEach(() => live.close());

const migrate = (...args: readonly string[]) => live.migrate(...args);

const of = (...columns: Row[]): Catalogue => ({ [COLUMNS]: columns });

const total = (default_name: string | null, default_definition: string | null) =>
  column('total', { default_name, default_definition });

describe('verify on a SQL Server', () => {
  beforeEach(() => migrate('up'));

  it('finds the schema sound whose catalogue says what the steps say', async () => {
    live.says(of(column('id'), total('df_orders_total', '((0))')));
    expect(await migrate('verify')).toMatchObject({ code: 0 });
  });

  it.each([
    [
      'another name',
      'df_by_hand',
      '((0))',
      'is default named df_by_hand, expected default named df_orders_total',
    ],
    [
      "a name of the server's own",
      'DF__orders__total__37A5467C',
      '((0))',
      'expected default named df_orders_total',
    ],
    ['another value', 'df_orders_total', '((1))', 'is default (((1))), expected default'],
    ['no default', null, null, 'is missing, expected default'],
  ])('notices a default constraint with %s', async (_what, name, definition, difference) => {
    live.says(of(column('id'), total(name, definition)));
    const { code, out } = await migrate('verify');
    expect(code).toBe(3);
    expect(out).toContain('orders.total');
    expect(out).toContain(difference);
  });
});

describe('verify on a SQL Server of which more is asked', () => {
  const SOUND = of(column('id'), total('df_orders_total', '((0))'));
  const check = (more: Row): Row => ({
    table_name: 'orders',
    name: 'ck_orders_total',
    definition: '([total]>=(0))',
    is_disabled: 0,
    is_not_trusted: 0,
    ...more,
  });
  const index = (more: Row): Row => ({
    table_name: 'orders',
    name: 'ix_orders_total',
    type: 2,
    is_unique: 0,
    is_primary_key: 0,
    is_unique_constraint: 0,
    filter: null,
    column_name: 'total',
    is_included: 0,
    is_descending: 0,
    is_disabled: 0,
    ...more,
  });
  const CHECKED = 'ALTER TABLE orders ADD CONSTRAINT ck_orders_total CHECK (total >= 0)';

  async function verified(sql: readonly string[], catalog: Catalogue) {
    await live.steps.write(2, 'more', { up: statements(...sql), down: '' });
    await baselined();
    live.says({ ...SOUND, ...catalog });
    const { code, out } = await migrate('verify');
    return {
      code,
      drift: out.split('\n').filter((line) => /^(drift|right|database|note)/.test(line)),
    };
  }

  /** The steps are entered, and not run: the rows stand in no real server. */
  async function baselined() {
    await migrate('up', '--to', '20300101000000');
    live.server.database.exec(
      "insert into knex_migrations (name, batch) values ('20300102000000_more.ts', 9)",
    );
    await migrate('repair');
  }

  it.each([
    [
      'that is disabled',
      { is_disabled: 1, is_not_trusted: 1 },
      'the constraint is disabled: no row is checked',
    ],
    ['that is not trusted', { is_not_trusted: 1 }, 'the constraint is not trusted'],
  ])('notices a check %s, and says how to put it right', async (_what, state, text) => {
    const rows = { 'sys.check_constraints': [check(state)] };
    const { code, drift } = await verified([CHECKED], rows);
    expect(code).toBe(3);
    expect(drift).toEqual([matching(/^drift: orders: ck_orders_total: /)]);
    expect(drift[0]).toContain(text);
    expect(drift[0]).toContain(
      '→ ALTER TABLE [orders] WITH CHECK CHECK CONSTRAINT [ck_orders_total];',
    );
  });

  it('expects one untrusted that a step adds WITH NOCHECK, and one disabled that it disables', async () => {
    const unchecked = CHECKED.replace('orders ADD', 'orders WITH NOCHECK ADD');
    const of = (state: Row) => ({ 'sys.check_constraints': [check(state)] });
    expect(await verified([unchecked], of({ is_not_trusted: 1 }))).toEqual({ code: 0, drift: [] });
    live.says({ ...SOUND, ...of({ is_disabled: 1, is_not_trusted: 1 }) });
    expect((await migrate('verify')).code).toBe(3);
  });

  it('notices an index that is disabled', async () => {
    const { code, drift } = await verified(['CREATE INDEX ix_orders_total ON orders (total)'], {
      'sys.index_columns': [index({ is_disabled: 1 })],
    });
    expect(code).toBe(3);
    expect(drift).toEqual([
      'drift: orders: ix_orders_total: the index is disabled: it is not kept, and no query uses it → ALTER INDEX [ix_orders_total] ON [orders] REBUILD;',
    ]);
  });

  it('notices a trigger that is disabled', async () => {
    const sql = 'CREATE TRIGGER tr_orders ON orders AFTER INSERT AS PRINT 1';
    const { drift } = await verified([sql], {
      'sys.sql_modules': [{ name: 'tr_orders', type: 'TR', definition: sql, is_disabled: 1 }],
    });
    expect(drift).toEqual([matching(/tr_orders: the trigger is disabled [^→]*$/)]);
  });

  it('notices what stands in another schema, and types, sequences and synonyms', async () => {
    const { drift } = await verified(['UPDATE orders SET total = 1'], {
      ...of(
        column('id'),
        total('df_orders_total', '((0))'),
        column('id', { table_name: 'audit.log' }),
      ),
      'sys.types as ty where': [
        { name: 'phone', kind: 'type' },
        { name: 'numbers', kind: 'sequence' },
        { name: 'audit.old', kind: 'synonym' },
      ],
    });
    expect(drift).toEqual([
      'drift: audit.log: table audit.log is there and should not be',
      'drift: phone: type phone is there and should not be',
      'drift: numbers: sequence numbers is there and should not be',
      'drift: audit.old: synonym audit.old is there and should not be',
    ]);
  });

  it('tells a schema and a name from one name with a dot', async () => {
    const made = [
      'CREATE TABLE [a.b] ([x.y] int NOT NULL, CONSTRAINT [ck.a] CHECK ([x.y] > 0))',
      'CREATE TABLE a.b (id int NOT NULL)',
    ];
    const both = (dotted: string) => ({
      ...of(
        column('id', { table_name: '[dbo].[orders]' }),
        { ...total('df_orders_total', '((0))'), table_name: '[dbo].[orders]' },
        column('x.y', { table_name: dotted }),
        column('id', { table_name: '[a].[b]' }),
      ),
      'sys.check_constraints': [
        check({ table_name: dotted, name: 'ck.a', definition: '([x.y]>(0))', is_not_trusted: 1 }),
      ],
    });
    const { drift } = await verified(made, both('[dbo].[a.b]'));
    expect(drift).toEqual([
      matching(
        /^drift: \[a\.b\]: ck\.a: .*→ ALTER TABLE \[a\.b\] WITH CHECK CHECK CONSTRAINT \[ck\.a\];$/,
      ),
    ]);
    expect(live.asked.find((sql) => sql.includes(COLUMNS))).toContain(
      "quotename(schema_name(t.schema_id)) + '.' + quotename(t.name)",
    );
  });

  it('expects what the steps make of them', async () => {
    const made = [
      'CREATE TYPE dbo.phone FROM varchar(20)',
      'CREATE SEQUENCE [dbo].[numbers] AS int',
      'CREATE TABLE audit.log (id int NOT NULL)',
    ];
    const { code, drift } = await verified(made, {
      ...of(
        column('id'),
        total('df_orders_total', '((0))'),
        column('id', { table_name: 'audit.log' }),
      ),
      'sys.types as ty where': [
        { name: 'phone', kind: 'type' },
        { name: 'numbers', kind: 'sequence' },
      ],
    });
    expect({ code, drift }).toEqual({ code: 0, drift: [] });
  });

  it("finds no drift in a column that names the database's own collation, or none", async () => {
    const text = (name: string, collation: string | null) =>
      column(name, { type: 'char', max_length: 26, collation });
    const added = [
      'ALTER TABLE orders ADD code char(26) COLLATE latin1_general_bin2 NOT NULL',
      'ALTER TABLE orders ADD note char(26) NOT NULL',
    ];
    const columns = (collation: string | null) =>
      of(
        column('id'),
        total('df_orders_total', '((0))'),
        text('code', collation),
        text('note', collation),
      );
    const { drift } = await verified(added, {
      ...databaseRow({ collation: 'Latin1_General_BIN2' }),
      ...columns('Latin1_General_BIN2'),
    });
    expect(drift).toEqual([]);
    live.says(columns('SQL_Latin1_General_CP1_CI_AS'));
    expect((await migrate('verify')).out).toMatch(/orders\.code: is char\(26\) collate SQL_/);
  });

  it('finds no drift in a default, or a view, that a step has renamed', async () => {
    const view = 'CREATE VIEW totals AS SELECT total FROM orders';
    const made = [
      view,
      "EXEC sp_rename 'df_orders_total', 'df_orders_sum', 'OBJECT'",
      "EXEC sp_rename 'dbo.totals', 'sums'",
    ];
    const { drift } = await verified(made, {
      ...of(column('id'), total('df_orders_sum', '((0))')),
      'sys.sql_modules': [{ name: 'sums', type: 'V', definition: view, is_disabled: 0 }],
    });
    expect(drift).toEqual([]);
    live.says({
      ...SOUND,
      'sys.sql_modules': [{ name: 'sums', type: 'V', definition: view, is_disabled: 0 }],
    });
    expect((await migrate('verify')).out).toContain('expected default named df_orders_sum');
  });
});

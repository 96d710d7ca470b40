import type { LintRule } from '../lint/lint-rules.ts';
import { statements } from './step-files.ts';
import type { StepText } from './step-files.ts';

interface Fixture {
  /** Breaks the rule, and no other. */
  caught: StepText;
  /** Much like it, and breaks none. */
  passed: StepText;
  says: RegExp;
}

/** The table that is there before the step of a fixture. */
export const SHOP: StepText = {
  up: statements(
    'CREATE TABLE orders (id int NOT NULL, note nvarchar(400) NULL, total bigint NOT NULL, region varchar(10) NULL, CONSTRAINT pk_orders PRIMARY KEY (id))',
  ),
  down: statements('DROP TABLE orders'),
};

/** A step of plain T-SQL; without a second text its down does nothing. */
export function sqlStep(up: string | readonly string[], ...down: readonly string[]): StepText {
  return { up: statements(...[up].flat()), down: statements(...down) };
}

const ADD = 'ALTER TABLE orders ADD region2 varchar(10) NULL';
const DROP = 'ALTER TABLE orders DROP COLUMN region2';
const SHOPS = 'CREATE TABLE shops (id int NOT NULL, CONSTRAINT pk_shops PRIMARY KEY (id))';
const DROP_SHOPS = 'DROP TABLE shops';

/** A new table `lines` with one foreign key to orders. */
function lines(foreignKey: string, ...more: readonly string[]): StepText {
  return sqlStep(
    [
      `CREATE TABLE lines (id int NOT NULL, order_id int NOT NULL, CONSTRAINT pk_lines PRIMARY KEY (id), ${foreignKey})`,
      ...more,
    ],
    'DROP TABLE lines',
  );
}

const FOREIGN_KEY = 'CONSTRAINT fk_lines_order FOREIGN KEY (order_id) REFERENCES orders (id)';
const LINES_INDEX = 'CREATE INDEX ix_lines_order ON lines (order_id)';

function texts(columns: string, key: string): StepText {
  return sqlStep(
    [
      `CREATE TABLE texts (id int NOT NULL, ${columns}, CONSTRAINT pk_texts PRIMARY KEY (id))`,
      `CREATE INDEX ix_texts ON texts (${key})`,
    ],
    'DROP TABLE texts',
  );
}

function backfillBy(keyType: string): StepText {
  return {
    up: `await backfill(knex, { table: 'orders', key: 'id', keyType: '${keyType}', set: "region = 'eu'", batch: 1000 });`,
    down: '',
    more: 'export const config = { transaction: false };',
  };
}

/** For each rule a step that breaks it alone, and one much like it that does not. */
export const FIXTURES: Record<LintRule, Fixture> = {
  'blocking-index': {
    caught: sqlStep(
      'CREATE INDEX ix_orders_region ON orders (region)',
      'DROP INDEX ix_orders_region ON orders',
    ),
    passed: {
      up: "await createIndex(knex, 'orders', { name: 'ix_orders_region', columns: ['region'], online: true });",
      down: statements('DROP INDEX ix_orders_region ON orders'),
    },
    says: /^index ix_orders_region is built on orders/,
  },
  'not-null-without-default': {
    caught: sqlStep('ALTER TABLE orders ADD region2 varchar(10) NOT NULL', DROP),
    passed: sqlStep(
      "ALTER TABLE orders ADD region2 varchar(10) NOT NULL CONSTRAINT df_orders_region2 DEFAULT 'eu'",
      'ALTER TABLE orders DROP CONSTRAINT df_orders_region2',
      DROP,
    ),
    says: /^orders\.region2 is added as not null without a default/,
  },
  'narrowing-type': {
    caught: sqlStep(
      'ALTER TABLE orders ALTER COLUMN note nvarchar(200) NULL',
      'ALTER TABLE orders ALTER COLUMN note nvarchar(400) NULL',
    ),
    passed: sqlStep(
      'ALTER TABLE orders ALTER COLUMN note nvarchar(4000) NULL',
      'ALTER TABLE orders ALTER COLUMN note nvarchar(400) NULL',
    ),
    says: /^orders\.note: nvarchar\(400\) null becomes nvarchar\(200\) null/,
  },
  'table-rewrite': {
    caught: sqlStep(
      'ALTER TABLE orders ADD region2 uniqueidentifier NOT NULL CONSTRAINT df_orders_region2 DEFAULT newid()',
      'ALTER TABLE orders DROP CONSTRAINT df_orders_region2',
      DROP,
    ),
    passed: sqlStep(
      'ALTER TABLE orders ADD region2 datetime2(3) NOT NULL CONSTRAINT df_orders_region2 DEFAULT dateadd(day, 1, sysutcdatetime())',
      'ALTER TABLE orders DROP CONSTRAINT df_orders_region2',
      DROP,
    ),
    says: /^orders\.region2 is added with the default newid\(\)/,
  },
  'drop-table': {
    caught: {
      up: statements('DROP TABLE orders'),
      down: SHOP.up,
    },
    passed: sqlStep([SHOPS, DROP_SHOPS]),
    says: /^the table orders is dropped/,
  },
  'drop-column': {
    caught: sqlStep(
      'ALTER TABLE orders DROP COLUMN region',
      'ALTER TABLE orders ADD region varchar(10) NULL',
    ),
    passed: sqlStep(
      [
        'CREATE TABLE shops (id int NOT NULL, a int NULL, CONSTRAINT pk_shops PRIMARY KEY (id))',
        'ALTER TABLE shops DROP COLUMN a',
      ],
      DROP_SHOPS,
    ),
    says: /orders\.region is dropped/,
  },
  rename: {
    caught: sqlStep(
      "EXEC sp_rename 'orders.note', 'remark', 'COLUMN'",
      "EXEC sp_rename 'orders.remark', 'note', 'COLUMN'",
    ),
    passed: sqlStep(ADD, DROP),
    says: /^orders\.note is renamed to remark/,
  },
  'constraint-scan': {
    caught: sqlStep(
      'ALTER TABLE orders ADD CONSTRAINT ck_orders_total CHECK (total >= 0)',
      'ALTER TABLE orders DROP CONSTRAINT ck_orders_total',
    ),
    passed: sqlStep(
      [SHOPS, 'ALTER TABLE shops ADD CONSTRAINT ck_shops_id CHECK (id >= 0)'],
      DROP_SHOPS,
    ),
    says: /^ck_orders_total is checked against every row of orders/,
  },
  'untrusted-constraint': {
    caught: sqlStep(
      'ALTER TABLE orders WITH NOCHECK ADD CONSTRAINT ck_orders_total CHECK (total >= 0)',
      'ALTER TABLE orders DROP CONSTRAINT ck_orders_total',
    ),
    passed: sqlStep(
      [
        SHOPS,
        'ALTER TABLE shops WITH NOCHECK ADD CONSTRAINT ck_shops_id CHECK (id >= 0)',
        'ALTER TABLE shops WITH CHECK CHECK CONSTRAINT ck_shops_id',
      ],
      DROP_SHOPS,
    ),
    says: /^ck_orders_total of orders is added WITH NOCHECK/,
  },
  'unbatched-update': {
    caught: sqlStep("UPDATE orders SET region = 'eu'"),
    passed: backfillBy('int'),
    says: /^UPDATE changes rows of orders in one transaction/,
  },
  'backfill-key-type': {
    caught: backfillBy('smallint'),
    passed: backfillBy('bigint'),
    says: /^the backfill of orders walks along id as smallint, and it is int/,
  },
  'unnamed-constraint': {
    caught: sqlStep('CREATE TABLE shops (id int NOT NULL PRIMARY KEY)', DROP_SHOPS),
    passed: sqlStep(SHOPS, DROP_SHOPS),
    says: /^shops: a primary key without a name/,
  },
  heap: {
    caught: sqlStep('CREATE TABLE shops (id int NOT NULL)', DROP_SHOPS),
    passed: sqlStep(
      ['CREATE TABLE shops (id int NOT NULL)', 'CREATE CLUSTERED INDEX ix_shops ON shops (id)'],
      DROP_SHOPS,
    ),
    says: /^the table shops has no clustered index/,
  },
  'foreign-key-without-index': {
    caught: lines(FOREIGN_KEY),
    passed: lines(FOREIGN_KEY, LINES_INDEX),
    says: /^no index of lines begins with the columns of its foreign key fk_lines_order/,
  },
  cascade: {
    caught: lines(`${FOREIGN_KEY} ON DELETE CASCADE`, LINES_INDEX),
    passed: lines(`${FOREIGN_KEY} ON DELETE NO ACTION`, LINES_INDEX),
    says: /^fk_lines_order to orders says ON DELETE CASCADE/,
  },
  'index-key-size': {
    caught: texts('a nvarchar(800) NULL, b varchar(101) NULL', 'a, b'),
    passed: texts('a nvarchar(800) NULL, b varchar(100) NULL', 'a, b'),
    says: /^ix_texts of texts may have a key of 1701 bytes; the limit is 1700/,
  },
  'missing-column': {
    caught: texts('a int NULL', 'aa'),
    passed: texts('a int NULL', 'A'),
    says: /^ix_texts names texts\.aa, which is not there/,
  },
  'second-clustered-index': {
    caught: sqlStep([SHOPS, 'CREATE CLUSTERED INDEX ix_shops ON shops (id)'], DROP_SHOPS),
    passed: sqlStep([SHOPS, 'CREATE NONCLUSTERED INDEX ix_shops ON shops (id)'], DROP_SHOPS),
    says: /^ix_shops would be clustered, and shops has its order by the primary key pk_shops/,
  },
  'unknown-type': {
    caught: sqlStep('ALTER TABLE orders ADD region2 varchar(9000) NULL', DROP),
    passed: sqlStep('ALTER TABLE orders ADD region2 varchar(8000) NULL', DROP),
    says: /^orders\.region2 is of the type varchar\(9000\)/,
  },
  'still-referenced': {
    caught: sqlStep(
      [
        'CREATE TABLE shops (id int NOT NULL, a int NULL, CONSTRAINT pk_shops PRIMARY KEY (id))',
        'CREATE INDEX ix_shops_a ON shops (a)',
        'ALTER TABLE shops DROP COLUMN a',
      ],
      DROP_SHOPS,
    ),
    passed: sqlStep(
      [
        'CREATE TABLE shops (id int NOT NULL, a int NULL, CONSTRAINT pk_shops PRIMARY KEY (id))',
        'CREATE INDEX ix_shops_a ON shops (a)',
        'DROP INDEX ix_shops_a ON shops',
        'ALTER TABLE shops DROP COLUMN a',
      ],
      DROP_SHOPS,
    ),
    says: /^shops\.a is needed by the index ix_shops_a/,
  },
  'disabled-index': {
    caught: sqlStep(
      'ALTER INDEX pk_orders ON orders DISABLE',
      'ALTER INDEX pk_orders ON orders REBUILD',
    ),
    passed: sqlStep(
      [SHOPS, 'CREATE INDEX ix_shops ON shops (id)', 'ALTER INDEX ix_shops ON shops DISABLE'],
      DROP_SHOPS,
    ),
    says: /^orders can be neither read nor written while the primary key pk_orders is disabled/,
  },
  'cannot-run-in-transaction': {
    caught: sqlStep(
      'CREATE INDEX ix_orders_region ON orders (region) WITH (ONLINE = ON, RESUMABLE = ON)',
      'DROP INDEX ix_orders_region ON orders',
    ),
    passed: sqlStep(
      'CREATE INDEX ix_orders_region ON orders (region) WITH (ONLINE = ON, MAXDOP = 2)',
      'DROP INDEX ix_orders_region ON orders',
    ),
    says: /^index ix_orders_region is built RESUMABLE/,
  },
  'dangerous-procedure': {
    caught: sqlStep("EXEC xp_cmdshell 'dir'"),
    passed: sqlStep("PRINT 'xp_cmdshell'"),
    says: /^xp_cmdshell is used/,
  },
  'wide-rights': {
    caught: sqlStep('GRANT CONTROL ON orders TO app'),
    passed: sqlStep('GRANT SELECT, UPDATE ON orders TO app'),
    says: /^app is granted CONTROL/,
  },
  waiting: {
    caught: sqlStep("WAITFOR DELAY '00:00:10'"),
    passed: sqlStep("PRINT 'WAITFOR DELAY'"),
    says: /^WAITFOR DELAY '00:00:10' is waited for/,
  },
  'session-setting': {
    caught: sqlStep('SET XACT_ABORT OFF'),
    passed: sqlStep('SET XACT_ABORT, NOCOUNT ON'),
    says: /^SET XACT_ABORT OFF/,
  },
  'other-database': {
    caught: sqlStep('INSERT INTO archive.dbo.orders (id) VALUES (1)'),
    passed: sqlStep('INSERT INTO dbo.orders (id, total) VALUES (1, 2)'),
    says: /^it works on the database archive/,
  },
  'missing-down': {
    caught: { up: statements(ADD) },
    passed: sqlStep(ADD, DROP),
    says: /^there is no down/,
  },
  'unreadable-statement': {
    caught: sqlStep('CREATE FULLTEXT CATALOG words'),
    passed: sqlStep('INSERT INTO orders (id, total) VALUES (1, 2)'),
    says: /CREATE FULLTEXT/,
  },
  'does-not-apply': {
    caught: sqlStep('ALTER TABLE ordrs ADD region2 varchar(10) NULL'),
    passed: sqlStep(ADD, DROP),
    says: /^there is no table ordrs/,
  },
  'unused-allowance': {
    caught: {
      ...sqlStep(ADD, DROP),
      more: "export const lintAllow = [{ rule: 'drop-table', reason: 'nothing uses it since May' }];",
    },
    passed: sqlStep(ADD, DROP),
    says: /^lintAllow sets drop-table aside, and nothing breaks it/,
  },
};

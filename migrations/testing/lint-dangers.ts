import type { LintRule } from '../lint/lint-rules.ts';
import { sqlStep } from './lint-fixtures.ts';
import { statements } from './step-files.ts';
import type { StepText } from './step-files.ts';

interface LintDanger {
  /** Body of an `up` that is dangerous. */
  up: string;
  /** What it breaks where it stands alone. */
  rules: readonly LintRule[];
  /** What it breaks behind the dangers before it, where that is more or less. */
  together?: readonly LintRule[];
  /** What stands before it where it is alone, and breaks nothing. */
  after: string;
  /** What only the step that it is alone in breaks, as a whole. */
  whole: readonly LintRule[];
}

function danger(
  sql: string,
  rules: readonly LintRule[],
  {
    after = [],
    whole = [],
    together = rules,
  }: { after?: string[]; whole?: LintRule[]; together?: readonly LintRule[] } = {},
): LintDanger {
  return { up: statements(sql), rules, together, after: statements(...after), whole };
}

const SHOPS = 'CREATE TABLE shops (id int NOT NULL, CONSTRAINT pk_shops PRIMARY KEY (id))';
const LOGS =
  'CREATE TABLE logs (id int NOT NULL, line nvarchar(900) NULL, CONSTRAINT pk_logs PRIMARY KEY (id))';
const LINES =
  'CREATE TABLE lines (id int NOT NULL, order_id int NOT NULL, CONSTRAINT pk_lines PRIMARY KEY (id), CONSTRAINT fk_lines_order FOREIGN KEY (order_id) REFERENCES orders (id))';

/** A second table in use, beside the one that the steps of fixtures stand on. */
export const USED: StepText = sqlStep(
  'CREATE TABLE stock (id int NOT NULL, amount int NULL, place varchar(10) NULL, CONSTRAINT pk_stock PRIMARY KEY (id))',
  'DROP TABLE stock',
);

/** Every danger that lint knows, as it may stand in a step, and others of its kind. */
export const DANGERS: readonly LintDanger[] = [
  // What cannot be read.
  danger('CREATE FULLTEXT CATALOG words', ['unreadable-statement']),
  danger('UPDATE STATISTICS orders', ['unreadable-statement']),
  danger('INSERT INTO stock (id) EXEC list_stock', ['unreadable-statement']),
  danger('EXEC tidy_up', ['unreadable-statement']),
  danger("EXEC ('DROP TABLE orders')", ['unreadable-statement']),
  // Rows.
  danger("UPDATE o SET region = 'eu' FROM orders AS o JOIN stock AS s ON s.id = o.id", [
    'unbatched-update',
  ]),
  danger('DELETE o FROM orders AS o LEFT JOIN stock AS s ON s.id = o.id WHERE s.id IS NULL', [
    'unbatched-update',
  ]),
  danger(
    'MERGE INTO orders AS t USING stock AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET total = 0',
    ['unbatched-update'],
  ),
  danger('WITH old AS (SELECT * FROM orders WHERE id < 9) DELETE FROM old', ['unbatched-update']),
  danger('INSERT INTO stock (id) SELECT id FROM orders', ['unbatched-update']),
  danger('SELECT id INTO archive FROM orders', ['unreadable-statement', 'unbatched-update']),
  danger('TRUNCATE TABLE stock', ['unbatched-update']),
  {
    up: "await backfill(knex, { table: 'orders', key: 'id', keyType: 'smallint', set: 'total = 0', batch: 9 });",
    rules: ['backfill-key-type'],
    after: '',
    whole: [],
  },
  // Columns.
  danger('ALTER TABLE orders ADD shop varchar(10) NOT NULL', ['not-null-without-default']),
  danger('ALTER TABLE orders ALTER COLUMN note nvarchar(200) NULL', ['narrowing-type']),
  danger('ALTER TABLE stock ALTER COLUMN amount bigint NULL', ['table-rewrite']),
  danger('ALTER TABLE stock ALTER COLUMN place nvarchar(10) NULL', ['table-rewrite']),
  danger('ALTER TABLE stock ADD number int IDENTITY NOT NULL', ['table-rewrite']),
  danger('ALTER TABLE stock ADD twice AS (amount * 2) PERSISTED', ['table-rewrite']),
  danger(
    'ALTER TABLE orders ADD token uniqueidentifier NOT NULL CONSTRAINT df_orders_token DEFAULT newid()',
    ['table-rewrite'],
  ),
  danger('ALTER TABLE orders DROP COLUMN token', ['still-referenced', 'drop-column'], {
    after: [
      'ALTER TABLE orders ADD token uniqueidentifier NULL CONSTRAINT df_orders_token DEFAULT newid()',
    ],
  }),
  danger("EXEC sp_rename 'orders.note', 'remark', 'COLUMN'", ['rename']),
  // Tables, keys and constraints.
  danger('CREATE TABLE shops (id int NOT NULL PRIMARY KEY)', ['unnamed-constraint']),
  danger('CREATE CLUSTERED INDEX ix_shops ON shops (id)', ['second-clustered-index'], {
    after: [SHOPS],
  }),
  // Told at the end of the step: no later one checks its rows.
  danger('ALTER TABLE shops WITH NOCHECK ADD CONSTRAINT ck_shops CHECK (id > 0)', [], {
    after: [SHOPS],
    whole: ['untrusted-constraint'],
  }),
  danger('ALTER TABLE orders ADD CONSTRAINT ck_orders_total CHECK (total >= 0)', [
    'constraint-scan',
  ]),
  danger('CREATE TABLE logs (line nvarchar(900) NULL, level strange NULL)', ['unknown-type'], {
    whole: ['heap'],
  }),
  danger(LINES.replace(/\)$/, ' ON DELETE CASCADE)'), ['cascade'], {
    whole: ['foreign-key-without-index'],
  }),
  // Indexes.
  danger('CREATE INDEX ix_orders_region ON orders (region)', ['blocking-index']),
  danger('CREATE INDEX ix_logs ON logs (line)', ['index-key-size'], { after: [LOGS] }),
  danger('CREATE INDEX ix_logs_at ON logs (at)', ['missing-column'], { after: [LOGS] }),
  danger('CREATE INDEX ix_orders_total ON orders (total) WITH (ONLINE = ON, RESUMABLE = ON)', [
    'cannot-run-in-transaction',
  ]),
  danger('ALTER INDEX pk_orders ON orders DISABLE', ['disabled-index']),
  // The server, rights, the session.
  danger("EXEC xp_cmdshell 'dir'", ['dangerous-procedure']),
  danger('GRANT CONTROL ON orders TO app', ['wide-rights']),
  danger("WAITFOR DELAY '00:00:10'", ['waiting']),
  danger('SET XACT_ABORT OFF', ['session-setting']),
  danger('SET LOCK_TIMEOUT -1', ['session-setting']),
  danger('DELETE TOP (10) FROM archive.dbo.orders', ['other-database']),
  danger('USE master', ['other-database']),
  danger('DROP TABLE orders', ['drop-table'], { together: ['still-referenced', 'drop-table'] }),
  danger('DROP TABLE ordrs', ['does-not-apply']),
];

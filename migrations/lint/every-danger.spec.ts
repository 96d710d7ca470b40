import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadSteps } from '../step/load-steps.ts';
import { SHOP } from '../testing/lint-fixtures.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { LINT_RULES } from './lint-rules.ts';
import { lintSteps } from './lint-steps.ts';
import type { LintRule } from './lint-rules.ts';

let folder: StepFolder;
beforeEach(async () => {
  folder = await openStepFolder();
});
afterEach(() => folder.remove());

/** Statements of one step, each with what it breaks there. */
const DANGERS: readonly [string, ...LintRule[]][] = [
  ['CREATE INDEX ix_orders_region ON orders (region)', 'blocking-index'],
  ['ALTER TABLE orders ADD shop varchar(10) NOT NULL', 'not-null-without-default'],
  ['ALTER TABLE orders ALTER COLUMN note nvarchar(200) NULL', 'narrowing-type'],
  [
    'ALTER TABLE orders ADD token uniqueidentifier NOT NULL CONSTRAINT df_orders_token DEFAULT newid()',
    'table-rewrite',
  ],
  ['ALTER TABLE orders DROP COLUMN token', 'still-referenced', 'drop-column'],
  ['ALTER TABLE orders ADD CONSTRAINT ck_orders_total CHECK (total >= 0)', 'constraint-scan'],
  ["UPDATE o SET region = 'eu' FROM orders AS o", 'unbatched-update'],
  ["EXEC sp_rename 'orders.note', 'remark', 'COLUMN'", 'rename'],
  ['CREATE TABLE shops (id int NOT NULL PRIMARY KEY)', 'unnamed-constraint'],
  ['CREATE CLUSTERED INDEX ix_shops ON shops (id)', 'second-clustered-index'],
  // Told at the end of the step: no later one checks its rows.
  ['ALTER TABLE shops WITH NOCHECK ADD CONSTRAINT ck_shops CHECK (id > 0)'],
  ['CREATE TABLE logs (line nvarchar(900) NULL, level strange NULL)', 'unknown-type'],
  ['CREATE INDEX ix_logs ON logs (line)', 'index-key-size'],
  ['CREATE INDEX ix_logs_at ON logs (at)', 'missing-column'],
  [
    'CREATE TABLE lines (id int NOT NULL, order_id int NOT NULL, CONSTRAINT pk_lines PRIMARY KEY (id), CONSTRAINT fk_lines_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE)',
    'cascade',
  ],
  [
    'CREATE INDEX ix_orders_total ON orders (total) WITH (ONLINE = ON, RESUMABLE = ON)',
    'cannot-run-in-transaction',
  ],
  ["EXEC xp_cmdshell 'dir'", 'dangerous-procedure'],
  ['EXEC tidy_up', 'unreadable-statement'],
  ['GRANT CONTROL ON orders TO app', 'wide-rights'],
  ["WAITFOR DELAY '00:00:10'", 'waiting'],
  ['SET XACT_ABORT OFF', 'session-setting'],
  ['DELETE TOP (10) FROM archive.dbo.orders', 'other-database'],
  ['DROP TABLE orders', 'still-referenced', 'drop-table'],
  ['DROP TABLE ordrs', 'does-not-apply'],
];
/** What only the whole step shows. */
const WHOLE: readonly LintRule[] = [
  'heap',
  'foreign-key-without-index',
  'missing-down',
  'untrusted-constraint',
  'unused-allowance',
];

it('a step made of every danger gives exactly those findings', async () => {
  await folder.write(1, 'shop', SHOP);
  await folder.write(2, 'everything', {
    up: statements(...DANGERS.map(([sql]) => sql)),
    more: "export const lintAllow = [{ rule: 'no-such-rule', reason: 'nobody knows it yet' }];",
  });
  const found = lintSteps(await loadSteps(folder.path)).map(({ rule }) => rule);
  expect(found).toEqual([...DANGERS.flatMap(([, ...rules]) => rules), ...WHOLE]);
  expect([...new Set(found)].sort()).toEqual(Object.keys(LINT_RULES).sort());
});

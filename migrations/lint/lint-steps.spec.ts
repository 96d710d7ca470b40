import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadSteps } from '../step/load-steps.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder, StepText } from '../testing/step-files.ts';
import { LINT_RULES } from './finding.ts';
import type { LintRule } from './finding.ts';
import { lintSteps } from './lint-steps.ts';

const folders: StepFolder[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await folder.remove();
});

/** What is found in a step that follows one which makes a table. */
async function findings(step: StepText) {
  const folder = await openStepFolder();
  folders.push(folder);
  await folder.write(1, 'shop', {
    up: statements(
      'CREATE TABLE orders (id int NOT NULL, note nvarchar(4000) NULL, total bigint NOT NULL, region varchar(10) NULL, CONSTRAINT pk_orders PRIMARY KEY (id))',
    ),
    down: statements('DROP TABLE orders'),
  });
  await folder.write(2, 'change', step);
  return lintSteps(await loadSteps(folder.path));
}

const sql = (up: string, down = 'SELECT 1'): StepText => ({
  up: statements(up),
  down: down === 'SELECT 1' ? '' : statements(down),
});

const ADD = 'ALTER TABLE orders ADD region2 varchar(10) NULL';
const DROP = 'ALTER TABLE orders DROP COLUMN region2';

/** For each rule a step that breaks it alone, and one much like it that does not. */
const FIXTURES: Record<LintRule, { caught: StepText; passed: StepText; says: RegExp }> = {
  'blocking-index': {
    caught: sql(
      'CREATE INDEX ix_orders_region ON orders (region)',
      'DROP INDEX ix_orders_region ON orders',
    ),
    passed: {
      up: "await createIndex(knex, 'orders', { name: 'ix_orders_region', columns: ['region'], online: true });",
      down: statements('DROP INDEX ix_orders_region ON orders'),
    },
    says: /index ix_orders_region is built on orders/,
  },
  'not-null-without-default': {
    caught: sql('ALTER TABLE orders ADD region2 varchar(10) NOT NULL', DROP),
    passed: sql(
      "ALTER TABLE orders ADD region2 varchar(10) NOT NULL CONSTRAINT df_orders_region2 DEFAULT 'eu'",
      DROP,
    ),
    says: /orders\.region2 is added as not null without a default/,
  },
  'narrowing-type': {
    caught: sql(
      'ALTER TABLE orders ALTER COLUMN note nvarchar(200) NULL',
      'ALTER TABLE orders ALTER COLUMN note nvarchar(4000) NULL',
    ),
    passed: sql(
      'ALTER TABLE orders ALTER COLUMN note nvarchar(max) NULL',
      'ALTER TABLE orders ALTER COLUMN note nvarchar(4000) NULL',
    ),
    says: /orders\.note: nvarchar\(4000\) null becomes nvarchar\(200\) null/,
  },
  'drop-table': {
    caught: sql(
      'DROP TABLE orders',
      'CREATE TABLE orders (id int NOT NULL, note nvarchar(4000) NULL, total bigint NOT NULL, region varchar(10) NULL, CONSTRAINT pk_orders PRIMARY KEY (id))',
    ),
    passed: {
      up: statements('CREATE TABLE scratch (id int NOT NULL)', 'DROP TABLE scratch'),
      down: '',
    },
    says: /the table orders is dropped/,
  },
  'drop-column': {
    caught: sql(
      'ALTER TABLE orders DROP COLUMN region',
      'ALTER TABLE orders ADD region varchar(10) NULL',
    ),
    passed: {
      up: statements(
        'CREATE TABLE scratch (id int NOT NULL, a int NULL)',
        'ALTER TABLE scratch DROP COLUMN a',
      ),
      down: statements('DROP TABLE scratch'),
    },
    says: /orders\.region is dropped/,
  },
  rename: {
    caught: sql(
      "EXEC sp_rename 'orders.note', 'remark', 'COLUMN'",
      "EXEC sp_rename 'orders.remark', 'note', 'COLUMN'",
    ),
    passed: sql(ADD, DROP),
    says: /orders\.note is renamed to remark/,
  },
  'constraint-scan': {
    caught: sql(
      'ALTER TABLE orders ADD CONSTRAINT ck_orders_total CHECK (total >= 0)',
      'ALTER TABLE orders DROP CONSTRAINT ck_orders_total',
    ),
    passed: sql(
      'ALTER TABLE orders WITH NOCHECK ADD CONSTRAINT ck_orders_total CHECK (total >= 0)',
      'ALTER TABLE orders DROP CONSTRAINT ck_orders_total',
    ),
    says: /ck_orders_total is checked against every row/,
  },
  'unbatched-update': {
    caught: sql("UPDATE orders SET region = 'eu'"),
    passed: {
      up: `await backfill(knex, { table: 'orders', key: 'id', keyType: 'int', set: "region = 'eu'", batch: 1000 });`,
      down: '',
      more: 'export const config = { transaction: false };',
    },
    says: /UPDATE changes rows of orders in one transaction/,
  },
  'unnamed-constraint': {
    caught: sql('CREATE TABLE shops (id int NOT NULL PRIMARY KEY)', 'DROP TABLE shops'),
    passed: sql(
      'CREATE TABLE shops (id int NOT NULL CONSTRAINT pk_shops PRIMARY KEY)',
      'DROP TABLE shops',
    ),
    says: /shops: a primary key without a name/,
  },
  'missing-down': {
    caught: { up: statements(ADD) },
    passed: sql(ADD, DROP),
    says: /there is no down/,
  },
  'unreadable-statement': {
    caught: sql('CREATE FULLTEXT CATALOG words'),
    passed: sql('INSERT INTO orders (id, total) VALUES (1, 2)'),
    says: /CREATE FULLTEXT/,
  },
  'does-not-apply': {
    caught: { up: statements('ALTER TABLE ordrs ADD region2 varchar(10) NULL'), down: '' },
    passed: sql(ADD, DROP),
    says: /there is no table ordrs/,
  },
};

describe('lint', () => {
  it('has a fixture for each of its rules', () => {
    expect(Object.keys(FIXTURES).sort()).toEqual(Object.keys(LINT_RULES).sort());
  });

  it.each(Object.entries(FIXTURES))(
    'catches %s, and nothing much like it',
    async (rule, { caught, passed, says }) => {
      const found = await findings(caught);
      expect(found.map((one) => [one.rule, one.severity])).toEqual([[rule, 'danger']]);
      expect(found[0]?.message).toMatch(says);
      expect(found[0]?.remedy).not.toBe('');
      expect(await findings(passed)).toEqual([]);
    },
  );

  it('tells the exact difference that a down leaves', async () => {
    const found = await findings(sql(ADD, 'ALTER TABLE orders DROP COLUMN note'));
    expect(found.map(({ rule }) => rule)).toEqual(['missing-down']);
    expect(found[0]?.message).toContain('orders.note: is missing');
    expect(found[0]?.message).toContain('orders.region2: varchar(10) null is there');
  });

  it.each([
    ['bigint becomes int', 'ALTER TABLE orders ALTER COLUMN total int NOT NULL', 'narrowing-type'],
    [
      'nvarchar becomes varchar',
      'ALTER TABLE orders ALTER COLUMN note varchar(4000) NULL',
      'narrowing-type',
    ],
    [
      'a column becomes not null',
      'ALTER TABLE orders ALTER COLUMN region varchar(10) NOT NULL',
      'not-null-without-default',
    ],
    [
      'a unique key is added',
      'ALTER TABLE orders ADD CONSTRAINT uq_orders_region UNIQUE (region)',
      'blocking-index',
    ],
  ])('also catches that %s', async (_what, up, rule) => {
    const found = await findings({ up: statements(up), down: '' });
    expect(found.map((one) => one.rule)).toContain(rule);
  });

  it('lets a step allow a danger knowingly, and still tells of it', async () => {
    const found = await findings({
      ...FIXTURES['drop-column'].caught,
      more: "export const lintAllow = ['drop-column'];",
    });
    expect(found.map((one) => [one.rule, one.severity])).toEqual([['drop-column', 'allowed']]);
  });

  it("passes the project's own steps", async () => {
    const own = await loadSteps(join(import.meta.dirname, '..', 'versions'));
    expect(lintSteps(own)).toEqual([]);
  });
});

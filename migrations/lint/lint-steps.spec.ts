import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSteps } from '../step/load-steps.ts';
import { lintAfterShop, rulesOf } from '../testing/lint-after-shop.ts';
import { FIXTURES, sqlStep } from '../testing/lint-fixtures.ts';
import { LINT_RULES } from './lint-rules.ts';
import { lintSteps } from './lint-steps.ts';

describe('lint', () => {
  it('has a fixture for each of its rules', () => {
    expect(Object.keys(FIXTURES).sort()).toEqual(Object.keys(LINT_RULES).sort());
  });

  it.each(Object.entries(FIXTURES))(
    'catches %s, and nothing much like it',
    async (rule, { caught, passed, says }) => {
      const found = await lintAfterShop(caught);
      expect(found.map((one) => [one.rule, one.severity])).toEqual([[rule, 'danger']]);
      expect(found[0]?.message).toMatch(says);
      expect(found[0]?.remedy).not.toBe('');
      expect(await lintAfterShop(passed)).toEqual([]);
    },
  );

  it('tells the exact difference that a down leaves', async () => {
    const add = 'ALTER TABLE orders ADD region2 varchar(10) NULL';
    const found = await lintAfterShop(sqlStep(add, 'ALTER TABLE orders DROP COLUMN note'));
    expect(found.map(({ rule }) => rule)).toEqual(['missing-down']);
    expect(found[0]?.message).toContain('orders.note: is missing');
    expect(found[0]?.message).toContain('orders.region2: varchar(10) null is there');
  });

  it.each<[string, string | string[], string[]]>([
    [
      'bigint becomes int',
      'ALTER TABLE orders ALTER COLUMN total int NOT NULL',
      ['narrowing-type'],
    ],
    [
      'nvarchar becomes varchar',
      'ALTER TABLE orders ALTER COLUMN note varchar(400) NULL',
      ['narrowing-type'],
    ],
    [
      'a column becomes not null',
      'ALTER TABLE orders ALTER COLUMN region varchar(10) NOT NULL',
      ['not-null-without-default'],
    ],
    [
      'a unique key is added',
      'ALTER TABLE orders ADD CONSTRAINT uq_orders_region UNIQUE (region)',
      ['blocking-index'],
    ],
    [
      'varchar becomes nvarchar',
      'ALTER TABLE orders ALTER COLUMN region nvarchar(10) NULL',
      ['table-rewrite'],
    ],
    [
      'a column gets room without a limit',
      'ALTER TABLE orders ALTER COLUMN note nvarchar(max) NULL',
      ['table-rewrite'],
    ],
    ['an identity is added', 'ALTER TABLE orders ADD n int IDENTITY NOT NULL', ['table-rewrite']],
    [
      'a computed column is stored',
      'ALTER TABLE orders ADD twice AS (total * 2) PERSISTED',
      ['table-rewrite'],
    ],
    [
      'a default calls a function of our own',
      'ALTER TABLE orders ADD n int NOT NULL CONSTRAINT df_n DEFAULT (dbo.next_one())',
      ['table-rewrite'],
    ],
    [
      'a table loses its order',
      'ALTER TABLE orders DROP CONSTRAINT pk_orders',
      ['table-rewrite', 'heap'],
    ],
    [
      'a joined table is updated through its alias',
      "UPDATE o SET region = 'eu' FROM dbo.orders AS o JOIN sys.objects AS s ON s.object_id = o.id",
      ['unbatched-update'],
    ],
    [
      'rows are deleted through an alias',
      'DELETE o FROM orders o WHERE o.total = 0',
      ['unbatched-update'],
    ],
    [
      'rows are deleted through a common table expression',
      'WITH old AS (SELECT * FROM orders WHERE id < 9) DELETE FROM old',
      ['unbatched-update'],
    ],
    [
      'rows are merged',
      'MERGE INTO orders AS t USING (VALUES (1)) AS s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET total = 0',
      ['unbatched-update'],
    ],
    [
      'a table is copied to a new one',
      [
        'CREATE TABLE archive (id int NOT NULL, CONSTRAINT pk_archive PRIMARY KEY (id))',
        'INSERT INTO archive (id) SELECT id FROM orders',
      ],
      ['unbatched-update'],
    ],
    [
      'a table is made of another',
      'SELECT id INTO archive FROM orders',
      ['unreadable-statement', 'unbatched-update'],
    ],
    ['rows of a table that is not there are changed', 'DELETE FROM ordrs', ['does-not-apply']],
    ['a procedure is called', 'EXEC tidy_up', ['unreadable-statement']],
    ['a member is added to db_owner', 'ALTER ROLE db_owner ADD MEMBER app', ['wide-rights']],
    [
      'a right may be passed on',
      'GRANT SELECT ON orders TO app WITH GRANT OPTION',
      ['wide-rights'],
    ],
    ['the wait for locks has no end', 'SET LOCK_TIMEOUT -1', ['session-setting']],
    [
      'the session sets what makes filtered indexes impossible',
      'SET ANSI_NULLS, QUOTED_IDENTIFIER OFF',
      ['session-setting', 'session-setting'],
    ],
    ['rows are counted off', 'SET ROWCOUNT 10', ['session-setting']],
    ['another database is used', 'USE master', ['other-database']],
    ['another database is dropped from', 'DROP TABLE archive..orders', ['other-database']],
    [
      'a join reads another database',
      'UPDATE TOP (9) orders SET note = a.note FROM archive.dbo.notes AS a WHERE a.id = orders.id',
      ['other-database'],
    ],
    [
      'a constraint is switched off',
      [
        'CREATE TABLE shops (id int NOT NULL, CONSTRAINT pk_shops PRIMARY KEY (id), CONSTRAINT ck_shops CHECK (id > 0))',
        'ALTER TABLE shops NOCHECK CONSTRAINT ck_shops',
      ],
      ['untrusted-constraint'],
    ],
    [
      'the rows of a table in use are checked',
      [
        'ALTER TABLE orders WITH NOCHECK ADD CONSTRAINT ck_total CHECK (total > 0)',
        'ALTER TABLE orders WITH CHECK CHECK CONSTRAINT ck_total',
      ],
      ['constraint-scan'],
    ],
    [
      'a check names a column that is not there',
      'CREATE TABLE shops (id int NOT NULL, CONSTRAINT pk_shops PRIMARY KEY (id), CONSTRAINT ck_shops CHECK (lenght > 0 AND convert(int, id) > 0))',
      ['missing-column'],
    ],
    [
      'a key of text without a limit',
      'CREATE TABLE shops (id nvarchar(max) NOT NULL, CONSTRAINT pk_shops PRIMARY KEY (id))',
      ['index-key-size'],
    ],
    [
      'a clustered key of more than 900 bytes',
      'CREATE TABLE shops (id nvarchar(451) NOT NULL, CONSTRAINT pk_shops PRIMARY KEY (id))',
      ['index-key-size'],
    ],
    [
      'a column with a default is dropped',
      [
        'CREATE TABLE shops (id int NOT NULL, a int NULL CONSTRAINT df_a DEFAULT 1, CONSTRAINT pk_shops PRIMARY KEY (id))',
        'ALTER TABLE shops DROP COLUMN a',
      ],
      ['still-referenced'],
    ],
    [
      'a key is retyped',
      [
        'CREATE TABLE shops (id int NOT NULL, CONSTRAINT pk_shops PRIMARY KEY (id))',
        'ALTER TABLE shops ALTER COLUMN id bigint NOT NULL',
      ],
      ['still-referenced'],
    ],
    [
      'a table that another refers to is dropped',
      [
        'CREATE TABLE shops (id int NOT NULL, CONSTRAINT pk_shops PRIMARY KEY (id))',
        'CREATE TABLE tills (id int NOT NULL, CONSTRAINT pk_tills PRIMARY KEY (id), CONSTRAINT fk_tills FOREIGN KEY (id) REFERENCES shops (id))',
        'DROP TABLE shops',
      ],
      ['still-referenced'],
    ],
    [
      'a foreign key refers to no table',
      'CREATE TABLE tills (id int NOT NULL, CONSTRAINT pk_tills PRIMARY KEY (id), CONSTRAINT fk_tills FOREIGN KEY (id) REFERENCES shops (id))',
      ['does-not-apply'],
    ],
    [
      'a foreign key refers to no key',
      [
        'CREATE TABLE tills (id int NOT NULL, CONSTRAINT pk_tills PRIMARY KEY (id))',
        'ALTER TABLE tills ADD CONSTRAINT fk_tills FOREIGN KEY (id) REFERENCES orders (total)',
      ],
      ['does-not-apply'],
    ],
    ['each row gets a version', 'ALTER TABLE orders ADD v rowversion NOT NULL', ['table-rewrite']],
    ['everybody gets a right', 'GRANT SELECT ON orders TO app, public', ['wide-rights']],
    ['a right holds everywhere', 'GRANT SELECT TO app', ['wide-rights']],
    [
      'only a filtered index begins with a foreign key',
      [
        'CREATE TABLE tills (id int NOT NULL, order_id int NULL, CONSTRAINT pk_tills PRIMARY KEY (id), CONSTRAINT fk_tills FOREIGN KEY (order_id) REFERENCES orders (id))',
        'CREATE INDEX ix_tills ON tills (order_id) WHERE order_id IS NOT NULL',
      ],
      ['foreign-key-without-index'],
    ],
    [
      'a constraint is switched off and on again unchecked',
      [
        'CREATE TABLE shops (id int NOT NULL, CONSTRAINT pk_shops PRIMARY KEY (id), CONSTRAINT ck_shops CHECK (id > 0))',
        'ALTER TABLE shops NOCHECK CONSTRAINT ck_shops',
        'ALTER TABLE shops CHECK CONSTRAINT ck_shops',
      ],
      ['untrusted-constraint', 'untrusted-constraint'],
    ],
    [
      'a key has more than 32 columns',
      `CREATE INDEX ix_orders ON orders (${Array<string>(33).fill('id').join(', ')}) WITH (ONLINE = ON)`,
      ['index-key-size'],
    ],
    [
      'a column with a check is retyped',
      [
        'CREATE TABLE shops (id int NOT NULL, a int NULL, CONSTRAINT pk_shops PRIMARY KEY (id), CONSTRAINT ck_a CHECK (a > 0))',
        'ALTER TABLE shops ALTER COLUMN a bigint NULL',
      ],
      ['still-referenced'],
    ],
    [
      'an indexed column is retyped',
      [
        'CREATE TABLE shops (id int NOT NULL, a varchar(9) NULL, CONSTRAINT pk_shops PRIMARY KEY (id))',
        'CREATE INDEX ix_a ON shops (a)',
        'ALTER TABLE shops ALTER COLUMN a varchar(10) NULL',
        'ALTER TABLE shops ALTER COLUMN a varchar(9) NULL',
      ],
      ['still-referenced'],
    ],
    [
      'a key that another table refers to is dropped',
      [
        'CREATE TABLE shops (id int NOT NULL, no int NOT NULL, CONSTRAINT pk_shops PRIMARY KEY (id), CONSTRAINT uq_shops UNIQUE (no))',
        'CREATE TABLE tills (id int NOT NULL, CONSTRAINT pk_tills PRIMARY KEY (id), CONSTRAINT fk_tills FOREIGN KEY (id) REFERENCES shops (no))',
        'ALTER TABLE shops DROP CONSTRAINT uq_shops',
      ],
      ['still-referenced'],
    ],
    [
      'a column that another table refers to is dropped',
      [
        'CREATE TABLE shops (id int NOT NULL, no int NOT NULL, CONSTRAINT pk_shops PRIMARY KEY (id), CONSTRAINT uq_shops UNIQUE (no))',
        'CREATE TABLE tills (id int NOT NULL, CONSTRAINT pk_tills PRIMARY KEY (id), CONSTRAINT fk_tills FOREIGN KEY (id) REFERENCES shops (no))',
        'ALTER TABLE shops DROP COLUMN no',
      ],
      ['still-referenced', 'still-referenced'],
    ],
    [
      'a table loses the order that its primary key did not take',
      [
        'CREATE TABLE shops (id int NOT NULL)',
        'CREATE CLUSTERED INDEX ix_shops ON shops (id)',
        'ALTER TABLE shops ADD CONSTRAINT pk_shops PRIMARY KEY (id)',
        'DROP INDEX ix_shops ON shops',
      ],
      ['heap'],
    ],
    ['a deadlock is won', 'SET DEADLOCK_PRIORITY -10', ['session-setting']],
    [
      'a constraint is trusted that is not there',
      'ALTER TABLE orders CHECK CONSTRAINT ck_orders',
      ['does-not-apply', 'untrusted-constraint'],
    ],
    [
      'a derived table is deleted from',
      'DELETE d FROM (SELECT * FROM orders) AS d',
      ['unbatched-update'],
    ],
  ])('also catches that %s', async (_what, up, rules) => {
    expect(await rulesOf(up)).toEqual(rules);
  });

  it.each([
    'UPDATE TOP (4000) orders SET total = 0',
    'WITH some AS (SELECT TOP (1000) * FROM orders ORDER BY id) DELETE FROM some',
    'INSERT INTO orders (id, total) SELECT 1, 2',
    'ALTER TABLE orders ADD twice AS (total * 2)',
    'ALTER TABLE orders ADD n int NULL CONSTRAINT df_n DEFAULT 1',
    'ALTER TABLE orders DROP COLUMN IF EXISTS nope',
    'ALTER ROLE db_owner DROP MEMBER app',
    'ALTER TABLE orders ADD plain AS (note COLLATE Latin1_General_BIN2)',
    "EXEC sp_addextendedproperty 'MS_Description', 'orders', 'SCHEMA', 'dbo', 'TABLE', 'orders'",
    "UPDATE TOP (9) orders SET note = dbo.orders.note WHERE orders.id IN (SELECT x.y.value('.', 'int') FROM OPENJSON('[]') AS x)",
  ])('finds no danger in %s', async (up) => {
    expect(await rulesOf(up)).toEqual([]);
  });

  it.each<[string, string, string[]]>([
    [
      'a table that is not there',
      "table: 'ordrs', key: 'id', set: 'total = 0'",
      ['does-not-apply'],
    ],
    ['a key that is not there', "table: 'orders', key: 'no', set: 'total = 0'", ['missing-column']],
    [
      'what begins another statement',
      "table: 'orders', key: 'id', set: 'total = 0; DROP TABLE orders'",
      ['unreadable-statement'],
    ],
    [
      'what is read from another database',
      "table: 'orders', key: 'id', set: 'total = 0', where: 'id in (select id from archive.dbo.orders)'",
      ['other-database'],
    ],
  ])('looks into a backfill for %s', async (_what, backfill, rules) => {
    const found = await lintAfterShop({
      up: `await backfill(knex, { ${backfill}, keyType: 'int', batch: 1000 });`,
      down: '',
      more: 'export const config = { transaction: false };',
    });
    expect(found.map(({ rule }) => rule)).toEqual(rules);
  });

  it('looks at what a down does, too', async () => {
    const found = await lintAfterShop(
      sqlStep(
        'ALTER TABLE orders ADD n int NULL',
        'ALTER TABLE orders DROP COLUMN n',
        "UPDATE orders SET note = ''",
      ),
    );
    expect(found.map(({ rule, message }) => [rule, message])).toEqual([
      ['unbatched-update', 'in down: UPDATE changes rows of orders in one transaction'],
    ]);
  });

  it('tells the setting with its sign', async () => {
    const [found] = await lintAfterShop(sqlStep('SET LOCK_TIMEOUT -1'));
    expect(found?.message).toBe('SET LOCK_TIMEOUT -1');
  });

  it('tells of a heap once, and of a rule that is set aside twice', async () => {
    const heap = sqlStep('CREATE TABLE shops (id int NOT NULL)', 'DROP TABLE shops');
    const found = await lintAfterShop(heap, {
      ...sqlStep(
        'ALTER TABLE shops ADD a int NULL',
        'ALTER TABLE shops DROP COLUMN a',
        'SET ROWCOUNT 1',
      ),
      more: "const a = { rule: 'session-setting', reason: 'the DBA asks for it' };\nexport const lintAllow = [a, a];",
    });
    expect(found.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['heap', 'danger'],
      ['session-setting', 'allowed'],
      ['unused-allowance', 'danger'],
    ]);
    expect(found[2]?.message).toBe('lintAllow names session-setting twice');
  });

  it('lets a step set a rule aside with a reason, and still tells of it', async () => {
    const found = await lintAfterShop({
      ...FIXTURES['drop-column'].caught,
      more: "export const lintAllow = [{ rule: 'drop-column', reason: 'unused since release 12' }];",
    });
    expect(found.map((one) => [one.rule, one.severity, one.reason])).toEqual([
      ['drop-column', 'allowed', 'unused since release 12'],
    ]);
  });

  it('tells of an index that is built anew while its table is in use, unless online', async () => {
    const rebuild = (more: string) => rulesOf(`ALTER INDEX ALL ON orders REBUILD${more}`);
    expect(await rebuild('')).toEqual(['blocking-index']);
    expect(await rebuild(' WITH (ONLINE = ON)')).toEqual([]);
  });

  it('tells of a constraint or an index that is switched and is not there', async () => {
    expect(await rulesOf('ALTER TABLE orders NOCHECK CONSTRAINT ck_nothing')).toContain(
      'does-not-apply',
    );
    expect(await rulesOf('ALTER INDEX ix_nothing ON orders DISABLE')).toEqual(['does-not-apply']);
  });

  it('tells of a constraint that no server trusts, since replication may pass it', async () => {
    const found = await lintAfterShop(
      sqlStep(
        'ALTER TABLE orders ADD CONSTRAINT ck_orders_total CHECK NOT FOR REPLICATION (total >= 0)',
        'ALTER TABLE orders DROP CONSTRAINT ck_orders_total',
      ),
    );
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringContaining('is added NOT FOR REPLICATION'),
    ]);
  });

  it("passes the project's own steps", async () => {
    const own = await loadSteps(join(import.meta.dirname, '..', 'versions'));
    const dangers = lintSteps(own).filter(({ severity }) => severity === 'danger');
    expect(dangers).toEqual([]);
  });

  it.each([
    "EXEC [xp_cmdshell] 'dir'",
    `EXEC "xp_cmdshell" 'dir'`,
    "EXECUTE sys.[sp_OACreate] 'x'",
  ])('knows a dangerous procedure in brackets or quotes: %s', async (sql) => {
    expect(await rulesOf(sql)).toContain('dangerous-procedure');
  });
});

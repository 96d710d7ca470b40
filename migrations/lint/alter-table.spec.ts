import { describe, expect, it } from 'vitest';
import { lintAfterShop, rulesOf } from '../testing/lint-after-shop.ts';
import { sqlStep } from '../testing/lint-fixtures.ts';
import type { LintRule } from './lint-rules.ts';

const SHOPS =
  'CREATE TABLE shops (id int NOT NULL, price decimal(9,2) NULL, code char(9) NULL, at datetime NULL, no int NOT NULL, CONSTRAINT pk_shops PRIMARY KEY (id), CONSTRAINT uq_shops UNIQUE (no))';

/** What is found in a statement on a table in use with a column of each kind. */
async function found(sql: string | readonly string[]): Promise<LintRule[]> {
  const all = await lintAfterShop(sqlStep(SHOPS, 'DROP TABLE shops'), sqlStep(sql));
  return all.map(({ rule }) => rule).filter((rule) => rule !== 'missing-down');
}

describe('a column', () => {
  it.each<[string, string, LintRule[]]>([
    ['price decimal(9,2) NULL', 'is as it was', []],
    ['price decimal(8,1) NULL', 'has fewer digits', ['narrowing-type']],
    ['price decimal(10,2) NULL', 'takes more bytes', ['table-rewrite']],
    ['code char(10) NULL', 'of fixed length grows', ['table-rewrite']],
    ['code varchar NULL', 'has room for one character', ['narrowing-type']],
    ['code varchar(9) NULL', 'gets a variable length', ['table-rewrite']],
    ['at datetime2(0) NULL', 'loses its fractions', ['narrowing-type']],
    ['at datetime2(3) NULL', 'keeps its fractions', ['table-rewrite']],
    ['code char(9) COLLATE Latin1_General_BIN2 NULL', 'is compared anew', ['narrowing-type']],
    ['no int NULL', 'of a key may be null', ['still-referenced']],
    ['nope int NULL', 'is not there', ['does-not-apply']],
  ])('that becomes %s %s', async (column, _what, rules) => {
    expect(await found(`ALTER TABLE shops ALTER COLUMN ${column}`)).toEqual(rules);
  });

  it('with more digits in as many bytes is a note in the catalogue', async () => {
    const wider = 'ALTER TABLE shops ALTER COLUMN price decimal';
    const [first, ...rest] = await found([`${wider}(10,2) NULL`, `${wider}(19,2) NULL`]);
    expect([first, ...rest]).toEqual(['table-rewrite']);
  });

  it.each<[string, LintRule[]]>([
    ['token uniqueidentifier NULL CONSTRAINT df_token DEFAULT newid()', []],
    [
      'token uniqueidentifier NULL CONSTRAINT df_token DEFAULT newid() WITH VALUES',
      ['table-rewrite'],
    ],
    ['n int NOT NULL CONSTRAINT df_n DEFAULT ([dbo].[next_one]())', ['table-rewrite']],
    ['n int NOT NULL CONSTRAINT df_n DEFAULT (NEXT VALUE FOR numbers)', ['table-rewrite']],
    ["t nvarchar(max) NOT NULL CONSTRAINT df_t DEFAULT ''", ['table-rewrite']],
    ["h hierarchyid NOT NULL CONSTRAINT df_h DEFAULT '/'", ['table-rewrite']],
    ['n int NOT NULL CONSTRAINT df_n DEFAULT (isnull(convert(int, 1), 0))', []],
    ['n int NULL DEFAULT 1', ['unnamed-constraint']],
  ])('that is added as %s', async (column, rules) => {
    expect(await found(`ALTER TABLE shops ADD ${column}`)).toEqual(rules);
  });

  it('of which a computed one is made goes with it, and not without it', async () => {
    const drop = (columns: string) =>
      rulesOf([
        'CREATE TABLE sums (id int NOT NULL, a int NULL, twice AS (a * 2), CONSTRAINT pk_sums PRIMARY KEY (id))',
        `ALTER TABLE sums DROP COLUMN ${columns}`,
      ]);
    expect(await drop('a')).toEqual(['still-referenced']);
    expect(await drop('a, twice')).toEqual([]);
  });

  it.each<[string, LintRule[]]>([
    ['code varchar(20) COLLATE Latin1_General_BIN2 NULL', ['still-referenced']],
    ['code varchar(20) NULL', []],
  ])('with an index becomes %s', async (column, rules) => {
    const made = [
      'CREATE TABLE tags (id int NOT NULL, code varchar(9) NULL, CONSTRAINT pk_tags PRIMARY KEY (id))',
      'CREATE INDEX ix_tags ON tags (code)',
    ];
    expect(await rulesOf([...made, `ALTER TABLE tags ALTER COLUMN ${column}`])).toEqual(rules);
  });
});

describe('a constraint or an index', () => {
  it('that is the order of a table in use is built while nobody reads', async () => {
    const heap = sqlStep('CREATE TABLE piles (id int NOT NULL)', 'DROP TABLE piles');
    const added = sqlStep('ALTER TABLE piles ADD CONSTRAINT pk_piles PRIMARY KEY (id)');
    const all = await lintAfterShop(heap, added);
    expect(all.map(({ rule }) => rule)).toEqual(['heap', 'blocking-index', 'missing-down']);
  });

  it.each<[string, string]>([
    ['pk_shops', 'id'],
    ['uq_shops', 'no'],
  ])('to which a foreign key points stays: %s', async (name, column) => {
    const tills = `CREATE TABLE tills (id int NOT NULL, CONSTRAINT pk_tills PRIMARY KEY (id), CONSTRAINT fk_tills FOREIGN KEY (id) REFERENCES shops (${column}))`;
    const rules = await found([tills, `ALTER TABLE shops DROP CONSTRAINT ${name}`]);
    expect(rules.filter((rule) => rule === 'still-referenced')).toEqual(['still-referenced']);
    expect(await found(`ALTER TABLE shops DROP CONSTRAINT ${name}`)).not.toContain(
      'still-referenced',
    );
  });

  it('is not the order of its table since that ends in its name', async () => {
    const made = sqlStep(
      [
        'CREATE TABLE tags (id int NOT NULL, CONSTRAINT [by the id] PRIMARY KEY (id))',
        'CREATE INDEX [id] ON tags (id)',
      ],
      'DROP TABLE tags',
    );
    const all = await lintAfterShop(
      made,
      sqlStep('DROP INDEX [id] ON tags', 'CREATE INDEX [id] ON tags (id)'),
    );
    expect(all).toEqual([]);
  });

  it.each(['PRIMARY KEY', 'UNIQUE', 'CHECK (id > 0)', 'REFERENCES orders (id)', 'DEFAULT 1'])(
    'without a name is told, where it is new with its table: %s',
    async (constraint) => {
      const sql = `CREATE TABLE tags (id int NOT NULL ${constraint}, a int NOT NULL)`;
      const named = constraint === 'PRIMARY KEY' ? [] : ['CREATE CLUSTERED INDEX ix ON tags (id)'];
      expect(await rulesOf([sql, ...named])).toEqual(['unnamed-constraint']);
    },
  );

  it.each(['UNIQUE (no, id)', 'CHECK (no > 0)', 'FOREIGN KEY (id) REFERENCES orders (id)'])(
    'without a name is told, where it is added: %s',
    async (constraint) => {
      expect(await found(`ALTER TABLE shops ADD ${constraint}`)).toContain('unnamed-constraint');
    },
  );
});

describe('IF EXISTS', () => {
  it.each([
    ['DROP TABLE', 'nope'],
    ['DROP INDEX', 'nope ON shops'],
    ['DROP VIEW', 'nope'],
    ['DROP TYPE', 'nope'],
    ['ALTER TABLE shops DROP CONSTRAINT', 'nope'],
    ['ALTER TABLE shops DROP COLUMN', 'nope'],
  ])('lets what is not there pass: %s', async (verb, name) => {
    expect(await found(`${verb} IF EXISTS ${name}`)).toEqual([]);
    expect(await found(`${verb} ${name}`)).toContain('does-not-apply');
  });

  it.each<[string, LintRule]>([
    ['DROP TABLE IF EXISTS orders', 'drop-table'],
    ['ALTER TABLE orders DROP COLUMN IF EXISTS region', 'drop-column'],
    ['ALTER TABLE shops DROP CONSTRAINT IF EXISTS pk_shops', 'table-rewrite'],
  ])('hides nothing of what is there: %s', async (sql, rule) => {
    expect(await found(sql)).toContain(rule);
  });
});

import { describe, expect, it } from 'vitest';
import { applyStatement } from '../schema/apply-statement.ts';
import { parseStatement } from '../schema/parse-statement.ts';
import { EMPTY_SCHEMA } from '../schema/schema-model.ts';
import type { SchemaModel } from '../schema/schema-model.ts';
import { ONLINE } from '../step/create-index.ts';
import { costLine, planCosts } from './plan-costs.ts';
import { statementCost } from './statement-cost.ts';
import type { ServerFacts } from './statement-cost.ts';

const STANDARD = 2;
const ENTERPRISE = 3;

function schemaOf(...statements: readonly string[]): SchemaModel {
  return statements.reduce(
    (schema, sql) => applyStatement(schema, parseStatement(sql)),
    EMPTY_SCHEMA,
  );
}

const schema = schemaOf(
  'CREATE TABLE dbo.orders (id int NOT NULL CONSTRAINT pk PRIMARY KEY, note nvarchar(10) NULL, n int NULL, CONSTRAINT ck CHECK (n > 0))',
  'CREATE INDEX ix ON dbo.orders (n)',
  'CREATE TABLE dbo.heap (id int NOT NULL)',
  'CREATE CLUSTERED INDEX cx ON dbo.heap (id)',
);
const facts = (engineEdition: number | undefined): ServerFacts => ({
  engineEdition,
  sizes: new Map([['orders', { rows: 1_234_567, bytes: 3 * 2 ** 20 }]]),
  schema,
});
const costOf = (sql: string, edition: number | undefined) => {
  const { lock, work, online } = statementCost(parseStatement(sql), facts(edition));
  return [lock.split(/[ ,]/)[0], work, online];
};

const ONLINE_INDEX = `${ONLINE}\nEXEC (N'CREATE INDEX ix2 ON dbo.orders (note)' + @online)`;

describe('what a statement asks of the server', () => {
  it.each([
    ['CREATE TABLE dbo.b (id int)', ENTERPRISE, ['Sch-M', 'metadata only', 'not needed']],
    ['ALTER TABLE dbo.orders ADD b int NULL', STANDARD, ['Sch-M', 'metadata only', 'not needed']],
    [
      'ALTER TABLE dbo.orders ADD b int NOT NULL DEFAULT 0',
      ENTERPRISE,
      ['Sch-M', 'metadata only', 'not needed'],
    ],
    [
      'ALTER TABLE dbo.orders ADD b int NOT NULL DEFAULT 0',
      STANDARD,
      ['Sch-M', 'rewrites rows', 'no'],
    ],
    ['ALTER TABLE dbo.orders ADD b int NOT NULL DEFAULT 0', undefined, ['Sch-M', 'unknown', 'no']],
    [
      'ALTER TABLE dbo.orders ADD b uniqueidentifier NOT NULL DEFAULT newid()',
      ENTERPRISE,
      ['Sch-M', 'rewrites rows', 'no'],
    ],
    [
      'ALTER TABLE dbo.orders ALTER COLUMN note nvarchar(20) NULL',
      STANDARD,
      ['Sch-M', 'metadata only', 'not needed'],
    ],
    [
      'ALTER TABLE dbo.orders ALTER COLUMN n int NOT NULL',
      STANDARD,
      ['Sch-M', 'reads rows', 'no: this edition cannot'],
    ],
    [
      'ALTER TABLE dbo.orders ALTER COLUMN n bigint NULL',
      ENTERPRISE,
      ['Sch-M', 'rewrites rows', 'not asked for; the edition could'],
    ],
    [
      'ALTER TABLE dbo.orders ALTER COLUMN gone bigint NULL',
      ENTERPRISE,
      ['Sch-M', 'unknown', 'not asked for; the edition could'],
    ],
    [
      'ALTER TABLE dbo.orders ADD CONSTRAINT c2 CHECK (n < 9)',
      ENTERPRISE,
      ['Sch-M', 'reads rows', 'no'],
    ],
    [
      'ALTER TABLE dbo.orders WITH NOCHECK ADD CONSTRAINT c2 CHECK (n < 9)',
      ENTERPRISE,
      ['Sch-M', 'metadata only', 'not needed'],
    ],
    [
      'ALTER TABLE dbo.orders DROP CONSTRAINT pk',
      STANDARD,
      ['Sch-M', 'rewrites rows', 'no: this edition cannot'],
    ],
    [
      'ALTER TABLE dbo.orders DROP CONSTRAINT ck',
      STANDARD,
      ['Sch-M', 'metadata only', 'not needed'],
    ],
    [
      'ALTER TABLE dbo.orders DROP CONSTRAINT other',
      STANDARD,
      ['Sch-M', 'unknown', 'no: this edition cannot'],
    ],
    ['ALTER TABLE dbo.orders DROP COLUMN note', STANDARD, ['Sch-M', 'metadata only', 'not needed']],
    [
      'CREATE INDEX ix2 ON dbo.orders (note)',
      ENTERPRISE,
      ['S', 'reads rows', 'not asked for; the edition could'],
    ],
    [
      'CREATE CLUSTERED INDEX ix2 ON dbo.orders (note)',
      STANDARD,
      ['Sch-M', 'rewrites rows', 'no: this edition cannot'],
    ],
    [ONLINE_INDEX, ENTERPRISE, ['IS', 'reads rows', 'yes']],
    [ONLINE_INDEX, STANDARD, ['S', 'reads rows', 'no: asked for, and this edition cannot']],
    [ONLINE_INDEX, undefined, ['unknown', 'reads rows', 'unknown']],
    ['DROP INDEX ix ON dbo.orders', STANDARD, ['Sch-M', 'metadata only', 'not needed']],
    ['DROP INDEX cx ON dbo.heap', STANDARD, ['Sch-M', 'rewrites rows', 'no: this edition cannot']],
    [
      'ALTER TABLE dbo.orders WITH CHECK CHECK CONSTRAINT ALL',
      ENTERPRISE,
      ['Sch-M', 'reads rows', 'no'],
    ],
    [
      'ALTER TABLE dbo.orders CHECK CONSTRAINT ck',
      ENTERPRISE,
      ['Sch-M', 'metadata only', 'not needed'],
    ],
    [
      'ALTER TABLE dbo.orders NOCHECK CONSTRAINT ck',
      ENTERPRISE,
      ['Sch-M', 'metadata only', 'not needed'],
    ],
    ['ALTER INDEX ix ON dbo.orders DISABLE', STANDARD, ['Sch-M', 'metadata only', 'not needed']],
    [
      'ALTER INDEX ix ON dbo.orders REBUILD',
      ENTERPRISE,
      ['Sch-M', 'reads rows', 'not asked for; the edition could'],
    ],
    [
      'ALTER INDEX ix ON dbo.orders REBUILD WITH (ONLINE = ON)',
      ENTERPRISE,
      ['IS', 'reads rows', 'yes'],
    ],
    [
      'ALTER INDEX ix ON dbo.orders REBUILD WITH (ONLINE = ON)',
      STANDARD,
      ['Sch-M', 'reads rows', 'no: asked for, and this edition cannot'],
    ],
    [
      'ALTER INDEX ALL ON dbo.orders REBUILD',
      STANDARD,
      ['Sch-M', 'rewrites rows', 'no: this edition cannot'],
    ],
    [
      'ALTER INDEX gone ON dbo.orders REBUILD',
      STANDARD,
      ['Sch-M', 'unknown', 'no: this edition cannot'],
    ],
    ['DISABLE TRIGGER tr ON dbo.orders', STANDARD, ['Sch-M', 'metadata only', 'not needed']],
    ['CREATE SEQUENCE dbo.s START WITH 1', STANDARD, ['Sch-M', 'metadata only', 'not needed']],
    ['DROP SYNONYM dbo.s', STANDARD, ['Sch-M', 'metadata only', 'not needed']],
    ['TRUNCATE TABLE dbo.orders', STANDARD, ['Sch-M', 'metadata only', 'not needed']],
    ['UPDATE dbo.orders SET n = 1', STANDARD, ['IX', 'rewrites rows', 'all in one transaction']],
    ['EXEC dbo.something', STANDARD, ['unknown', 'unknown', 'unknown']],
    ['WHILE 1 = 1 BREAK', STANDARD, ['unknown', 'unknown', 'unknown']],
  ])('%s on edition %s', (sql, edition, expected) => {
    expect(costOf(sql, edition)).toEqual(expected);
  });

  it('stands in one line with the size of its table, which is none where the plan makes it', () => {
    const items = [
      'CREATE INDEX a ON dbo.orders (n)',
      'CREATE TABLE dbo.b (id int)',
      'CREATE INDEX c ON dbo.b (id)',
      'DROP TABLE dbo.heap',
    ].map((sql) => ({ kind: 'statement' as const, sql }));
    const lines = [...planCosts(items, facts(STANDARD)).values()].map(costLine);
    expect(lines[0]).toBe(
      'CREATE INDEX a ON orders | orders: 1,234,567 rows, 3 MB | lock: S (writers wait) | reads rows | online: no: this edition cannot',
    );
    expect(lines[2]).toContain('| b: 0 rows, 0 MB |');
    expect(lines[3]).toContain('| heap: rows unknown |');
    const [backfill] = planCosts(
      [
        {
          kind: 'backfill',
          backfill: { table: 'orders', key: 'id', keyType: 'int', set: 'n = 1', batch: 9 },
        },
      ],
      facts(STANDARD),
    ).values();
    expect(backfill).toMatchObject({
      rows: 1_234_567,
      work: 'rewrites rows',
      online: 'yes, batch by batch',
    });
  });
});

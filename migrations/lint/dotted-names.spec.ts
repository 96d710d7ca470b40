import { describe, expect, it } from 'vitest';
import { lintAfterShop, rulesOf } from '../testing/lint-after-shop.ts';
import { sqlStep } from '../testing/lint-fixtures.ts';
import type { LintRule } from './lint-rules.ts';

describe('a name with a dot in brackets or quotes', () => {
  it.each<[string, string, LintRule[]]>([
    ['a table', 'DROP TABLE [audit.log]', ['does-not-apply']],
    ['a table in quotes', 'DELETE TOP (9) FROM "audit.log"', ['does-not-apply']],
    ['an alias', "UPDATE [o.x] SET note = '' FROM orders AS [o.x]", ['unbatched-update']],
    [
      'a common table',
      'WITH [a.b] AS (SELECT * FROM orders) DELETE FROM [a.b]',
      ['unbatched-update'],
    ],
    ['a derived table', 'DELETE [a.b] FROM (SELECT * FROM orders) AS [a.b]', ['unbatched-update']],
    ['a column', 'ALTER TABLE orders DROP COLUMN [dbo.note]', ['does-not-apply', 'drop-column']],
    ['a constraint', 'ALTER TABLE orders DROP CONSTRAINT [dbo.pk_orders]', ['does-not-apply']],
    ['what is renamed', "EXEC sp_rename '[audit.log]', 'logs'", ['does-not-apply']],
  ])('is one name, not a schema and a name: %s, %s', async (_what, sql, rules) => {
    const log = 'CREATE TABLE audit.log (id int NOT NULL, CONSTRAINT pk_log PRIMARY KEY (id))';
    const found = await lintAfterShop(sqlStep(log), sqlStep(sql));
    const own = found.filter(
      ({ step, rule }) => step.startsWith('20300103') && rule !== 'missing-down',
    );
    expect(own.map(({ rule }) => rule).sort()).toEqual(rules);
  });

  it('is known wherever it is used again', async () => {
    expect(
      await rulesOf([
        'CREATE TABLE [a.b] ([c.d] int NOT NULL, CONSTRAINT [pk.x] PRIMARY KEY ([c.d]))',
        'CREATE INDEX [ix.x] ON dbo.[a.b] ("c.d")',
        'ALTER INDEX [ix.x] ON "a.b" REBUILD',
        'DROP INDEX [ix.x] ON [a.b]',
        'UPDATE TOP (9) [a.b] SET [c.d] = 1',
        'ALTER TABLE [a.b] ADD [e.f] int NULL',
        'ALTER TABLE [a.b] ALTER COLUMN [E.F] bigint NULL',
        'ALTER TABLE [a.b] DROP COLUMN "e.f"',
        'ALTER TABLE [a.b] ADD twice AS ([c.d] * 2)',
        'DROP TABLE [a.b]',
      ]),
    ).toEqual([]);
  });

  it.each(['[archive].[dbo].[orders]', '"archive"..orders'])(
    'is told from one of another database: %s',
    async (name) => {
      expect(await rulesOf(`DELETE TOP (9) FROM ${name}`)).toEqual(['other-database']);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { lintAfterShop } from '../testing/lint-after-shop.ts';
import { statements } from '../testing/step-files.ts';

/** What is found in a backfill that walks a column of this type by another. */
async function found(column: string, keyType: string) {
  const [, ...rest] = await lintAfterShop(
    {
      up: statements(
        `CREATE TABLE walked (k ${column}, note int NULL, CONSTRAINT pk_walked PRIMARY KEY (k))`,
      ),
    },
    {
      up: `await backfill(knex, { table: 'walked', key: 'K', keyType: '${keyType}', set: 'note = 1', batch: 9 });`,
      down: '',
      more: 'export const config = { transaction: false };',
    },
  );
  return rest.map(({ rule }) => rule);
}

describe("a backfill's keyType", () => {
  it.each([
    ['int NOT NULL', 'smallint'],
    ['bigint NOT NULL', 'int'],
    ['char(26) COLLATE Latin1_General_BIN2 NOT NULL', 'char(25)'],
    ['nvarchar(64) NOT NULL', 'varchar(64)'],
    ['varchar(64) NOT NULL', 'char(64)'],
    ['decimal NOT NULL', 'decimal(17, 0)'],
    ['decimal(10, 2) NOT NULL', 'decimal(10, 3)'],
    ['datetime2 NOT NULL', 'datetime2(6)'],
    ['datetime NOT NULL', 'datetime2(3)'],
    ['datetime2(3) NOT NULL', 'date'],
    ['uniqueidentifier NOT NULL', 'bigint'],
  ])('may not hold what is in a column that is %s: %s', async (column, keyType) => {
    expect(await found(column, keyType)).toEqual(['backfill-key-type']);
  });

  it.each([
    ['int NOT NULL', 'INT'],
    ['int NOT NULL', 'bigint'],
    ['char(26) COLLATE Latin1_General_BIN2 NOT NULL', 'char(26)'],
    ['char(26) NOT NULL', 'varchar(30)'],
    ['numeric(10,2) NOT NULL', 'decimal(10, 2)'],
    ['datetime2(7) NOT NULL', 'datetime2'],
    ['datetime NOT NULL', 'datetime2(7)'],
    ['date NOT NULL', 'datetime2(0)'],
    ['sysname', 'nvarchar(128)'],
  ])('holds what is in a column that is %s: %s', async (column, keyType) => {
    expect(await found(column, keyType)).toEqual([]);
  });

  it.each(['AS (note + 1)', 'phone NOT NULL'])(
    'is not judged where the steps do not tell the type: %s',
    async (column) => {
      expect(await found(column, 'int')).not.toContain('backfill-key-type');
    },
  );
});

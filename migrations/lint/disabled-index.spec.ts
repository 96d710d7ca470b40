import { describe, expect, it } from 'vitest';
import { lintAfterShop } from '../testing/lint-after-shop.ts';
import { sqlStep } from '../testing/lint-fixtures.ts';

const TABLE =
  'CREATE TABLE shops (id int NOT NULL, no int NOT NULL, CONSTRAINT pk_shops PRIMARY KEY NONCLUSTERED (id), CONSTRAINT uq_shops UNIQUE (no))';

/** What is told of a step that disables an index of a table with one of each kind. */
async function told(sql: string) {
  const found = await lintAfterShop(
    sqlStep(
      [
        TABLE,
        'CREATE CLUSTERED INDEX cx_shops ON shops (no, id)',
        'CREATE UNIQUE INDEX ux_shops ON shops (id, no)',
        'CREATE INDEX ix_shops ON shops (no)',
      ],
      'DROP TABLE shops',
    ),
    sqlStep(sql, sql.replace('DISABLE', 'REBUILD')),
  );
  return found.map(({ rule, message }) => `${rule}: ${message}`);
}

const CLOSED =
  'disabled-index: shops can be neither read nor written while the index cx_shops is disabled';
const OPEN = [
  'disabled-index: the primary key pk_shops of shops lets doubles in while it is disabled',
  'disabled-index: the unique key uq_shops of shops lets doubles in while it is disabled',
  'disabled-index: the unique index ux_shops of shops lets doubles in while it is disabled',
];

describe('an index that is disabled', () => {
  it.each([
    ['cx_shops', [CLOSED]],
    ['[PK_SHOPS]', OPEN.slice(0, 1)],
    ['uq_shops', OPEN.slice(1, 2)],
    ['ux_shops', OPEN.slice(2)],
    ['ALL', [CLOSED, ...OPEN]],
    ['ix_shops', []],
  ])('takes along what it keeps: %s', async (name, messages) => {
    expect(await told(`ALTER INDEX ${name} ON shops DISABLE`)).toEqual(messages);
  });

  it('is told of in a down, too, and not where it is built anew', async () => {
    const rebuild = 'ALTER INDEX pk_orders ON orders REBUILD WITH (ONLINE = ON)';
    const found = await lintAfterShop(
      sqlStep(rebuild, 'ALTER INDEX pk_orders ON orders DISABLE', rebuild),
    );
    expect(found.map(({ rule, message }) => [rule, message])).toEqual([
      [
        'disabled-index',
        'in down: orders can be neither read nor written while the primary key pk_orders is disabled',
      ],
    ]);
  });
});

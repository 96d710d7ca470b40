import { describe, expect, it } from 'vitest';
import type { Direction } from '../step/step.ts';
import { lineOf } from './line-of.ts';

const FILE = `import { backfill } from '../step/backfill.ts';
export const lintAllow = [{ rule: 'heap', reason: 'up and down of orders' }];
export async function up(knex) {
  await knex.schema.raw('ALTER TABLE orders ADD Region int');
  await knex.schema.raw('ALTER TABLE orders ADD [shop] int');
  await knex.schema.raw('ALTER TABLE orders ADD [shop] int');
}
export const down = async (knex) => {
  await knex.schema.raw('ALTER TABLE orders DROP COLUMN shop');
};
export const shown = 'ALTER TABLE orders DROP COLUMN shop, till';`;

describe('the line of a danger', () => {
  it.each<[string, number, Direction, string, string | undefined]>([
    ['holds most names of its statement', 4, 'up', 'nobody knows', 'ALTER TABLE orders ADD region'],
    ['holds most names of its message', 4, 'up', 'the region is not known', undefined],
    ['is the first of several', 5, 'up', 'orders.shop', 'ALTER TABLE orders ADD shop int'],
    [
      'is one of its own direction',
      9,
      'down',
      'orders.shop',
      'ALTER TABLE orders DROP COLUMN shop',
    ],
    ['is not behind its function', 9, 'down', 'shop till', 'ALTER TABLE orders DROP COLUMN till'],
    ['is where its function begins, if no line holds a name', 8, 'down', 'nothing', undefined],
    ['of an allowance is where that stands', 2, 'up', 'lintAllow sets region aside', undefined],
  ])('%s', (_what, line, direction, message, sql) => {
    expect(lineOf({ message, direction, sql }, FILE)).toBe(line);
    expect(lineOf({ message, direction, sql }, FILE.replaceAll('\n', '\r\n'))).toBe(line);
  });

  it('is the first where the file has no such function', () => {
    expect(lineOf({ message: 'no down', direction: 'down', sql: undefined }, 'const a = 1;')).toBe(
      1,
    );
  });
});

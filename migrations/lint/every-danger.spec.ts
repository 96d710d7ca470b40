import { describe, expect, it } from 'vitest';
import { DANGERS, USED } from '../testing/lint-dangers.ts';
import { lintAfterShop } from '../testing/lint-after-shop.ts';
import { LINT_RULES } from './lint-rules.ts';

const config = 'export const config = { transaction: false };';

/** What only the whole step shows, in this order, beside what its statements do. */
const WHOLE = [
  'heap',
  'foreign-key-without-index',
  'missing-down',
  'untrusted-constraint',
  'unused-allowance',
];

describe('a step made of', () => {
  it('every danger gives exactly those findings', async () => {
    const found = await lintAfterShop(USED, {
      up: DANGERS.map(({ up }) => up).join('\n'),
      more: `${config}\nexport const lintAllow = [{ rule: 'no-such-rule', reason: 'nobody knows it yet' }];`,
    });
    const rules = found.map(({ rule }) => rule);
    expect(rules).toEqual([
      ...DANGERS.flatMap(({ rules: own, together = own }) => together),
      ...WHOLE,
    ]);
    expect([...new Set(rules)].sort()).toEqual(Object.keys(LINT_RULES).sort());
  });

  it.each(DANGERS)('one danger gives its own alone: $up', async ({ up, rules, after, whole }) => {
    const found = await lintAfterShop(USED, { up: [after, up].join('\n'), more: config });
    expect(found.map(({ rule }) => rule).sort()).toEqual(
      [...rules, ...whole, 'missing-down'].sort(),
    );
  });
});

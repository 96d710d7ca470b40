import { expect, it } from 'vitest';
import { lintAllowSchema } from './lint-allow.ts';

const read = (reason: string) => lintAllowSchema.safeParse([{ rule: 'heap', reason }]).success;

it('a reason has at least three words', () => {
  expect(read('nothing uses it')).toBe(true);
  expect(read('nothing  uses')).toBe(false);
  expect(read('  nothing uses  ')).toBe(false);
});

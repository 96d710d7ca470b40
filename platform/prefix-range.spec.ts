import { describe, expect, it } from 'vitest';
import { prefixRange } from './prefix-range.ts';

/** UTF-8 byte order, as SQLite compares. */
function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

describe('the range of a prefix', () => {
  it.each(['a', 'ada l', '100%', '\ud7ff', '\uffff', 'x\u{10ffff}', '🍏', ''])(
    'of %j holds all that begins so, and nothing else',
    (prefix) => {
      const { from, before } = prefixRange(prefix);
      const isIn = (text: string) =>
        !isBefore(text, from) && (before === undefined || isBefore(text, before));
      for (const end of ['', '\u0000', 'zzz', '\uffff', '\u{10ffff}\u{10ffff}']) {
        expect(isIn(prefix + end)).toBe(true);
      }
      for (const other of ['\u0000', 'ad', 'b', '101', '\ue000', '\u{10ffff}', '🍐', 'y']) {
        expect(isIn(other)).toBe(other.startsWith(prefix));
      }
    },
  );
});

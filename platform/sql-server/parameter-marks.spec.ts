import { describe, expect, it } from 'vitest';
import { replaceMarks } from './parameter-marks.ts';

const marked = (sql: string) => replaceMarks(sql, (index) => `@p${index}`);

describe('the marks of a statement', () => {
  it.each([
    ['select ?, ?', 'select @p0, @p1'],
    ["select N'Ready? Steady', ?", "select N'Ready? Steady', @p0"],
    ["select 'it''s ? or ''?''', ?", "select 'it''s ? or ''?''', @p0"],
    [
      'select [a?], [b]]?], "c?" from t where d = ?',
      'select [a?], [b]]?], "c?" from t where d = @p0',
    ],
    ["-- don't ?\nselect ? /* it's ? */, ?", "-- don't ?\nselect @p0 /* it's ? */, @p1"],
    ["select N'a\\?', 1 \\? 2, ?", "select N'a?', 1 ? 2, @p0"],
    ["select 'a' + ? + 'b?'", "select 'a' + @p0 + 'b?'"],
  ])('of %s are those outside of literals, names and comments', (sql, expected) => {
    expect(marked(sql)).toBe(expected);
  });
});

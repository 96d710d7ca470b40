import { describe, expect, it } from 'vitest';
import { neutralCell } from './neutral-cell.ts';

describe('a cell that a spreadsheet would run', () => {
  it.each([
    '=HYPERLINK("http://evil.example","Click")',
    '+1+1',
    '-1+1',
    "-2+3+cmd|' /C calc'!A0",
    '@SUM(A1)',
    '=1',
    '-',
    '+49 30 1234',
    '-1,5',
    '--5',
    '-1e5',
    '\t=1',
    '\tplain',
    '\rplain',
    '\r\n=1',
    '\n=1',
    '  =1',
    '\u00a0=1',
    '\u3000=1',
    '\u200b=1',
    '\u2060+1',
    '\u0001=1',
    '\u0000=1',
    '\ufeff=1',
    '\u202e=1',
    '＝1',
    '＋1',
    '－1',
    '＠A1',
    ' ＝1',
    '﹦1',
    '﹢1',
    '﹣1',
    '﹫A1',
    '\u2800=1',
    '\u3164=1',
    '\u115f=1',
    '\u1160=1',
    '\uffa0=1',
    '\ufe0f=1',
    '\u3164 \u2800﹦1',
  ])('gets an apostrophe before it: %j', (text) => {
    expect(neutralCell(text)).toBe(`'${text.replaceAll('\u0000', '\ufffd')}`);
  });

  it.each([
    '',
    ' ',
    'Ada Lovelace',
    '-5',
    '-12.50',
    '0.05',
    '9007199254740993',
    '2026-11-21T00:00:00.000Z',
    'a=b',
    '1+1',
    'ada@example.com',
    "'=1",
    '"=1"',
    'line\n=1',
    '🍏👩‍👩‍👧 ẞ',
    'שלום עולם',
    'مرحبا',
    '葛\u{e0100}城',
    '(=1)',
    '\u2800a=1',
    '\u2800',
  ])('is not %j, which stays as it is', (text) => {
    expect(neutralCell(text)).toBe(text);
  });
});

describe('text that no file can carry', () => {
  it.each([
    ['a\u0000b', 'a\ufffdb'],
    ['a\ud83c', 'a\ufffd'],
    ['\udf4fb', '\ufffdb'],
    ['\ud83c\udf4f', '🍏'],
  ])('%j becomes %j', (text, written) => {
    expect(neutralCell(text)).toBe(written);
  });
});

import { describe, expect, it } from 'vitest';
import { formatPosition, parsePosition } from './position.ts';

describe('a position', () => {
  it.each(['abc.0', '0mwsf933lh9er.12', 'A.9007199254740991'])('%s is read and written', (text) => {
    const position = parsePosition(text);
    expect(position && formatPosition(position)).toBe(text);
  });

  it.each([
    '',
    '.',
    'abc',
    'abc.',
    '.1',
    'abc.-1',
    'abc.01',
    'abc.1.2',
    'abc.1e3',
    'a-b.1',
    ' a.1',
    'a.1 ',
  ])('“%s” is none', (text) => {
    expect(parsePosition(text)).toBeUndefined();
  });

  it('beyond the whole numbers that JSON carries is none', () => {
    expect(parsePosition('abc.9007199254740992')).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { loadFonts } from '../fonts/font-set.ts';
import { paragraphOf, visualRuns } from './bidi-runs.ts';
import { printable } from './printable.ts';
import type { TextLine } from './typesetter.ts';
import { Typesetter } from './typesetter.ts';

const STYLE = { size: 10, weight: 400 } as const;
const NAMES = [
  'The quick brown fox',
  '寿司盛り合わせ定食',
  'חומוס (XL) 12 עם א(',
  'Donaudampfschiff',
  '宫保鸡丁 宫保鸡丁 김치찌개',
];
const fonts = await loadFonts(
  NAMES.map((text) => ({ text, weight: 400 })),
  undefined,
);
const typesetter = new Typesetter(fonts);

const read = ({ runs }: TextLine) =>
  [...runs]
    .sort((one, other) => one.at - other.at)
    .map(({ text }) => text)
    .join('');

describe('lines', () => {
  it('end between words and lose nothing but the blanks between', () => {
    const lines = typesetter.wrap('The quick brown fox', STYLE, 55, 9);
    expect(lines.map(read)).toEqual(['The quick', 'brown fox']);
    for (const { width } of lines) expect(width).toBeLessThanOrEqual(55);
  });

  it('end between any two characters of Japanese, and in a word that is longer than they', () => {
    expect(typesetter.wrap('寿司盛り合わせ定食', STYLE, 42, 9).map(read).join('')).toBe(
      '寿司盛り合わせ定食',
    );
    const parts = typesetter.wrap('Donaudampfschiff', STYLE, 30, 9);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.map(read).join('')).toBe('Donaudampfschiff');
  });

  it('that are too many end with an ellipsis, within the width', () => {
    const [first, second, ...more] = typesetter.wrap('The quick brown fox', STYLE, 40, 2);
    expect(more).toEqual([]);
    expect(read(first ?? typesetter.line('', STYLE))).toBe('The');
    expect(second?.width).toBeLessThanOrEqual(40);
    expect(second && read(second)).toMatch(/^quick.*…$/);
  });

  it('are drawn by the fonts of their text, whose last line says that it is Korean', () => {
    const lines = typesetter.wrap('宫保鸡丁 宫保鸡丁 김치찌개', STYLE, 45, 3);
    expect(lines).toHaveLength(3);
    for (const { runs } of lines)
      for (const { text, font } of runs)
        for (const character of text)
          expect(font.font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0), character).toBe(
            true,
          );
  });

  it('are one, and empty, of an empty text', () => {
    expect(typesetter.wrap(' ', STYLE, 40, 3).map(read)).toEqual(['']);
  });
});

describe('runs', () => {
  const visual = (text: string) =>
    visualRuns(text, paragraphOf(text), fonts, 400).map((run) => run.text);

  it('of Hebrew with Latin stand in the order of the Unicode algorithm', () => {
    expect(
      visual('חומוס (XL) 12 עם')
        .map((run) => run.trim())
        .filter(Boolean),
    ).toEqual(['עם', '12', ')', 'XL', '(', 'חומוס']);
  });

  it('keep the direction of their paragraph, which the first strong character gives', () => {
    expect(paragraphOf('חומוס XL').direction).toBe('rtl');
    expect(paragraphOf('XL חומוס').direction).toBe('ltr');
    expect(paragraphOf('12').direction).toBe('ltr');
  });

  it('of brackets from the right are measured as what is drawn, and read as what was meant', () => {
    const [bracket] = visualRuns('א(', paragraphOf('א('), fonts, 400);
    expect(bracket).toMatchObject({ text: '(', rightToLeft: true });
  });
});

it('what cannot be printed in a line becomes a blank or the replacement character', () => {
  expect(printable('a\r\n\tb\u2028c\u0007\uD800')).toBe('a b c\uFFFD\uFFFD');
  expect(printable('e\u0301')).toBe('é');
});

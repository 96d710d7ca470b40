import { create } from 'fontkit';
import { describe, expect, it } from 'vitest';
import { readLatinFont } from './font-families.ts';
import { openShapedFont, RIGHT_TO_LEFT } from './shaped-font.ts';

const file = await readLatinFont(400);
const plain = create(file);
if (!('layout' in plain)) throw new Error('A collection.');
const plainGlyph = (character: string) => plain.glyphForCodePoint(character.codePointAt(0) ?? 0).id;
const shaped = openShapedFont('Test', file);
const { font } = shaped;

/** What is embedded for a text and what is read of it. */
function embedded(text: string, features: string[] = []) {
  const subset = font.createSubset();
  const { glyphs } = font.layout(text, features);
  const places = glyphs.map(({ id }) => subset.includeGlyph(id));
  return {
    drawn: places.map((place) => subset.glyphs[place]),
    read: glyphs.map(({ codePoints }) => String.fromCodePoint(...codePoints)),
    places,
  };
}

describe('a font that pdfkit embeds', () => {
  it('draws brackets from the right as their mirrors, and lets them be read as they are', () => {
    const { drawn, read } = embedded('a(', [RIGHT_TO_LEFT]);
    expect(drawn).toEqual([plainGlyph(')'), plainGlyph('a')]);
    expect(read).toEqual(['(', 'a']);
  });

  it('embeds a glyph once for each character that it stands for', () => {
    const { drawn, read, places } = embedded('\uE000\uE001\uE000');
    expect(drawn).toEqual([0, 0, 0]);
    expect(read).toEqual(['\uE000', '\uE001', '\uE000']);
    expect(places[0]).toBe(places[2]);
    expect(places[0]).not.toBe(places[1]);
    expect(places).not.toContain(0);
  });

  it('measures a text as it lays it out, word by word or not', () => {
    const { advanceWidth } = plain.layout('Two words ');
    expect(shaped.widthOf('Two words ', false)).toBeCloseTo(advanceWidth / plain.unitsPerEm, 6);
    expect(shaped.widthOf('', false)).toBe(0);
  });
});

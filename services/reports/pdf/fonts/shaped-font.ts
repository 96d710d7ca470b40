import bidiFactory from 'bidi-js/dist/bidi.mjs';
import type { Font, GlyphPosition } from 'fontkit';
import { create } from 'fontkit';

const bidi = bidiFactory();

/** Among a text's features, which pdfkit hands on to its font as they are: the tag of OpenType for glyphs of text that runs so. */
export const RIGHT_TO_LEFT = 'rtla';

export interface ShapedFont {
  name: string;
  /** For pdfkit's `registerFont`. */
  font: Font;
  /** Of a text in one direction, in the unit of the text's size. */
  widthOf(text: string, rightToLeft: boolean): number;
}

/**
 * A font as fontkit opens and pdfkit embeds it, with three things mended:
 * - A text's direction is told (`RIGHT_TO_LEFT`), not guessed from its script, and brackets are mirrored.
 * - A glyph that stands for several characters (Noto draws ت and ث as one, and their dots apart) is embedded once for each, so that
 *   who copies or searches the text finds the character that was meant.
 * - What the font cannot draw is a box that is still copied as the character.
 * `name` must be unlike that of the document's other fonts: pdfkit takes fonts of one name for the same.
 */
export function openShapedFont(name: string, file: Buffer): ShapedFont {
  const font = create(file);
  if (!('layout' in font)) throw new Error(`${name} is a collection, not a font.`);
  const plainLayout = font.layout.bind(font);
  const plainSubset = font.createSubset.bind(font);
  const ids = new GlyphIds();

  const layout = (text: string, features?: readonly string[]): Run => {
    const rightToLeft = features?.includes(RIGHT_TO_LEFT) === true;
    const direction = rightToLeft ? 'rtl' : 'ltr';
    const shown = rightToLeft ? mirrored(text) : text;
    const { glyphs, positions } = plainLayout(shown, undefined, undefined, undefined, direction);
    return {
      glyphs: glyphs.map(({ id, codePoints, advanceWidth }) => {
        const meant = rightToLeft ? codePoints.map(mirroredCodePoint) : codePoints;
        return { id: ids.idOf(id, meant), codePoints: meant, advanceWidth };
      }),
      positions,
      // pdfkit scales the positions before it asks.
      get advanceWidth() {
        return positions.reduce((sum, { xAdvance }) => sum + xAdvance, 0);
      },
    };
  };
  const createSubset = () => {
    const subset = plainSubset();
    const include = subset.includeGlyph.bind(subset);
    const included = new Map<number, number>();
    const includeGlyph = (id: number): number => {
      const glyph = ids.glyphOf(id);
      if (glyph === undefined) return include(id);
      const place = included.get(id) ?? subset.glyphs.push(glyph) - 1;
      included.set(id, place);
      return place;
    };
    return Object.defineProperty(subset, 'includeGlyph', { value: includeGlyph });
  };
  Object.defineProperties(font, {
    postscriptName: { value: name },
    layout: { value: layout },
    createSubset: { value: createSubset },
  });
  return {
    name,
    font,
    widthOf: (text, rightToLeft) =>
      layout(text, rightToLeft ? [RIGHT_TO_LEFT] : []).advanceWidth / font.unitsPerEm,
  };
}

/** What pdfkit reads of a text that is laid out. */
interface Run {
  glyphs: { id: number; codePoints: number[]; advanceWidth: number }[];
  positions: GlyphPosition[];
  readonly advanceWidth: number;
}

function mirrored(text: string): string {
  return Array.from(text, (character) => bidi.getMirroredCharacter(character) ?? character).join(
    '',
  );
}

function mirroredCodePoint(codePoint: number): number {
  return mirrored(String.fromCodePoint(codePoint)).codePointAt(0) ?? codePoint;
}

/** Above the glyphs of any font. */
const FIRST_ID = 0x1_0000;

/** An id for each pair of a glyph and the characters that it stands for. */
class GlyphIds {
  readonly #ids = new Map<string, number>();
  readonly #glyphs: number[] = [];

  idOf(glyph: number, codePoints: readonly number[]): number {
    const pair = `${glyph}:${codePoints.join()}`;
    const known = this.#ids.get(pair);
    if (known !== undefined) return known;
    const id = FIRST_ID + this.#glyphs.push(glyph) - 1;
    this.#ids.set(pair, id);
    return id;
  }

  glyphOf(id: number): number | undefined {
    return this.#glyphs[id - FIRST_ID];
  }
}

import bidiFactory from 'bidi-js/dist/bidi.mjs';
import type { Font, Glyph, GlyphPosition } from 'fontkit';
import { create } from 'fontkit';

const bidi = bidiFactory();

/** Among a text's features, which pdfkit hands on to its font as they are: the tag of OpenType for glyphs of text that runs so. */
export const RIGHT_TO_LEFT = 'rtla';

/** WORD JOINER: what is read of a glyph whose letter another glyph has told already. With nothing, readers tell a number. */
const PART_OF_A_LETTER = 0x2060;

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
  const plainGlyph = font.getGlyph.bind(font);
  const plainSubset = font.createSubset.bind(font);
  const ids = new GlyphIds();

  const glyphs = new Map<string, Glyph>();
  /** fontkit alone would give a glyph back with the characters for which it was asked first. */
  const getGlyph = (id: number, codePoints: number[] = []): Glyph => {
    const pair = `${id}:${codePoints.join()}`;
    const known = glyphs.get(pair);
    if (known !== undefined) return known;
    Reflect.deleteProperty(font._glyphs, id);
    const glyph = plainGlyph(id, codePoints);
    glyphs.set(pair, glyph);
    return glyph;
  };
  const shape = (text: string, rightToLeft: boolean): ShapedRun => {
    const direction = rightToLeft ? 'rtl' : 'ltr';
    const shown = rightToLeft ? mirrored(text) : text;
    const run = plainLayout(shown, undefined, undefined, undefined, direction);
    return {
      glyphs: run.glyphs.map(({ id, codePoints, advanceWidth }) => {
        const drawn = codePoints.length === 0 ? [PART_OF_A_LETTER] : codePoints;
        const meant = rightToLeft ? inReadersOrder(drawn.map(mirroredCodePoint)) : drawn;
        return { id: ids.idOf(id, meant), codePoints: meant, advanceWidth };
      }),
      positions: run.positions,
    };
  };
  const shaped = new ShapedRuns(shape);
  const layout = (text: string, features?: readonly string[]) => {
    const runs = shaped.of(text, features?.includes(RIGHT_TO_LEFT) === true);
    // pdfkit scales the positions in place.
    const positions = runs.flatMap((run) => run.positions.map((position) => ({ ...position })));
    return {
      glyphs: runs.flatMap((run) => run.glyphs),
      positions,
      get advanceWidth() {
        return widthOf(positions);
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
    getGlyph: { value: getGlyph },
    layout: { value: layout },
    createSubset: { value: createSubset },
  });
  return {
    name,
    font,
    widthOf: (text, rightToLeft) =>
      shaped.of(text, rightToLeft).reduce((sum, { positions }) => sum + widthOf(positions), 0) /
      font.unitsPerEm,
  };
}

/** What pdfkit reads of a text that is laid out. */
interface ShapedRun {
  glyphs: { id: number; codePoints: number[]; advanceWidth: number }[];
  positions: GlyphPosition[];
}

function widthOf(positions: readonly GlyphPosition[]): number {
  return positions.reduce((sum, { xAdvance }) => sum + xAdvance, 0);
}

/** Of words: some megabytes. */
const MOST_KEPT = 4_000;

/** Texts word by word, for words come again and shaping is what takes the time. Keeps a bounded number. */
class ShapedRuns {
  readonly #shape: (text: string, rightToLeft: boolean) => ShapedRun;
  readonly #kept = new Map<string, ShapedRun>();

  constructor(shape: (text: string, rightToLeft: boolean) => ShapedRun) {
    this.#shape = shape;
  }

  /** From left to right. */
  of(text: string, rightToLeft: boolean): ShapedRun[] {
    if (rightToLeft) return [this.#run(text, rightToLeft)];
    return (text.match(WORDS) ?? []).map((word) => this.#run(word, rightToLeft));
  }

  #run(text: string, rightToLeft: boolean): ShapedRun {
    const key = `${rightToLeft ? '<' : '>'}${text}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    const run = this.#shape(text, rightToLeft);
    this.#kept.set(key, run);
    return run;
  }
}

/** Each with the blanks after it. */
const WORDS = / *[^ ]+ *| +/g;

function mirrored(text: string): string {
  return Array.from(text, (character) => bidi.getMirroredCharacter(character) ?? character).join(
    '',
  );
}

function mirroredCodePoint(codePoint: number): number {
  return mirrored(String.fromCodePoint(codePoint)).codePointAt(0) ?? codePoint;
}

/** Readers turn a word from the right round character by character, with those that one glyph stands for (لا). */
function inReadersOrder(codePoints: number[]): number[] {
  const areArabic = /^\p{Script=Arabic}/u.test(String.fromCodePoint(...codePoints));
  return areArabic ? codePoints.toReversed() : codePoints;
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

import type { FamilyName, FontSlice } from './font-families.ts';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const EMOJI = /\uFE0F|^\p{RGI_Emoji}$/v;
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const HANGUL = /\p{Script=Hangul}/u;

/** Says which slice of which family draws a grapheme cluster that Noto Sans lacks. */
export class SliceChoice {
  readonly #latin: ReadonlySet<number>;
  readonly #families: ReadonlyMap<FamilyName, readonly FontSlice[]>;
  readonly #language: string;
  /** By a family's name and a character, for slices are many and characters come again. */
  readonly #slices = new Map<string, readonly FontSlice[]>();

  constructor(
    latin: ReadonlySet<number>,
    families: ReadonlyMap<FamilyName, readonly FontSlice[]>,
    language = 'en',
  ) {
    this.#latin = latin;
    this.#families = families;
    this.#language = language;
  }

  /**
   * The grapheme clusters of a text, each with the slice that draws all of it; without one where Noto Sans draws it, or no font does.
   * A cluster that no font has whole comes character by character.
   */
  split(text: string): { cluster: string; slice: FontSlice | undefined }[] {
    if (this.#isLatin(text)) return [{ cluster: text, slice: undefined }];
    const order = this.#orderFor(text);
    return Array.from(graphemes.segment(text), ({ segment }) => segment).flatMap((cluster) => {
      const slice = this.#sliceOf(cluster, order);
      if (slice !== undefined || this.#isLatin(cluster)) return [{ cluster, slice }];
      return Array.from(cluster, (character) => ({
        cluster: character,
        slice: this.#sliceOf(character, order),
      }));
    });
  }

  #isLatin(text: string): boolean {
    for (const character of visible(text)) {
      if (!this.#latin.has(codePoint(character))) return false;
    }
    return true;
  }

  #sliceOf(cluster: string, order: readonly FamilyName[]): FontSlice | undefined {
    const isEmoji = EMOJI.test(cluster);
    if (!isEmoji && this.#isLatin(cluster)) return undefined;
    const characters = Array.from(visible(cluster), codePoint);
    const [first] = characters;
    if (first === undefined) return undefined;
    return (isEmoji ? ['emoji' as const, ...order] : order)
      .flatMap((family) => this.#slicesOf(family, first))
      .find((slice) => characters.every((character) => slice.characters.has(character)));
  }

  #slicesOf(family: FamilyName, character: number): readonly FontSlice[] {
    const key = `${family}:${character}`;
    const known = this.#slices.get(key);
    if (known !== undefined) return known;
    const slices = this.#families.get(family) ?? [];
    const found = slices.filter(({ characters }) => characters.has(character));
    this.#slices.set(key, found);
    return found;
  }

  /** A Han character looks otherwise in Japan, Korea and China: kana or hangul beside it tell, then the document's language. */
  #orderFor(text: string): FamilyName[] {
    const han: FamilyName[] =
      KANA.test(text) || (!HANGUL.test(text) && /^ja\b/i.test(this.#language))
        ? ['jp', 'sc', 'kr']
        : HANGUL.test(text) || /^ko\b/i.test(this.#language)
          ? ['kr', 'sc', 'jp']
          : ['sc', 'jp', 'kr'];
    return ['arabic', 'hebrew', ...han, 'emoji'];
  }
}

/** Joiners, marks of direction and selectors of variants draw nothing by themselves. */
function visible(text: string): string {
  return text.replace(INVISIBLE, '');
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}

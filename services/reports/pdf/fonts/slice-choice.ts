import type { FamilyName, FontSlice } from './font-families.ts';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const EMOJI = /\uFE0F|^\p{RGI_Emoji}$/v;
const ARABIC = /\p{Script=Arabic}/gu;
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
   * A cluster that no font has whole comes character by character. A part of a text is drawn as it is in the `whole`.
   */
  split(text: string, whole = text): { cluster: string; slice: FontSlice | undefined }[] {
    if (this.#isLatin(text)) return [{ cluster: text, slice: undefined }];
    const order = this.#orderFor(whole);
    return Array.from(graphemes.segment(text), ({ segment }) => segment).flatMap((cluster) => {
      const slice = this.#sliceOf(cluster, order);
      if (slice !== undefined || this.#isLatin(cluster)) return [{ cluster, slice }];
      return Array.from(cluster, (character) => ({
        cluster: character,
        slice: this.#sliceOf(character, order),
      }));
    });
  }

  /** Looks into the files of the slices that `split` would choose for a text, until what it chooses draws it indeed. */
  async check(text: string): Promise<void> {
    if (this.#isLatin(text)) return;
    if (text.search(ARABIC) >= 0) await this.#arabic?.check();
    const order = this.#orderFor(text);
    for (const { segment } of graphemes.segment(text)) {
      if (!(await this.#checkAny(segment, order))) {
        for (const character of segment) await this.#checkAny(character, order);
      }
    }
  }

  async #checkAny(cluster: string, order: readonly FamilyName[]): Promise<boolean> {
    const characters = Array.from(visible(cluster), codePoint);
    for (const slice of this.#candidates(cluster, order)) {
      if (!hasAll(slice, characters)) continue;
      await slice.check();
      if (hasAll(slice, characters)) return true;
    }
    return this.#isLatin(cluster);
  }

  #isLatin(text: string): boolean {
    for (const character of visible(text)) {
      if (!this.#latin.has(codePoint(character))) return false;
    }
    return true;
  }

  #sliceOf(cluster: string, order: readonly FamilyName[]): FontSlice | undefined {
    const characters = Array.from(visible(cluster), codePoint);
    return this.#candidates(cluster, order).find((slice) => hasAll(slice, characters));
  }

  /** The slices that have its first character, the best first; none where Noto Sans draws it. */
  #candidates(cluster: string, order: readonly FamilyName[]): readonly FontSlice[] {
    const isEmoji = EMOJI.test(cluster);
    if (!isEmoji && this.#isLatin(cluster)) return [];
    const [first] = Array.from(visible(cluster), codePoint);
    if (first === undefined) return [];
    const families = isEmoji ? ['emoji' as const, ...order] : order;
    return families.flatMap((family) => this.#slicesOf(family, first));
  }

  #slicesOf(family: FamilyName, character: number): readonly FontSlice[] {
    const key = `${family}:${character}`;
    const known = this.#slices.get(key);
    if (known !== undefined) return known;
    const slices = this.#families.get(family) ?? [];
    const found = slices.filter((slice) => slice.has(character));
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
    // Letters join within one font alone.
    const letters = text.match(ARABIC) ?? [];
    const hasAllLetters = letters.every((letter) => this.#arabic?.has(codePoint(letter)));
    const arabic: FamilyName[] = hasAllLetters
      ? ['arabic', 'arabicMore']
      : ['arabicMore', 'arabic'];
    return [...arabic, 'hebrew', ...han, 'emoji'];
  }

  get #arabic(): FontSlice | undefined {
    return this.#families.get('arabic')?.[0];
  }
}

function hasAll(slice: FontSlice, characters: readonly number[]): boolean {
  return characters.every((character) => slice.has(character));
}

/** Joiners, marks of direction and selectors of variants draw nothing by themselves. */
function visible(text: string): string {
  return text.replace(INVISIBLE, '');
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}

import type { FontSlice, Weight } from './font-families.ts';
import { readFamilies, readLatinFont } from './font-families.ts';
import { openShapedFont } from './shaped-font.ts';
import type { ShapedFont } from './shaped-font.ts';
import { SliceChoice } from './slice-choice.ts';
import { printable } from '../text/printable.ts';

export interface StyledText {
  text: string;
  weight: Weight;
}

/** The fonts of one document, for the texts that it was loaded for. */
export interface FontSet {
  fonts: readonly ShapedFont[];
  /** What draws each grapheme cluster of a part of a text that it was loaded for: where no font has it, Noto Sans, as a box. */
  split(text: string, weight: Weight, whole: string): { cluster: string; font: ShapedFont }[];
}

/** Reads of all fonts those that these texts need, and of a sliced family the slices that they need. */
export async function loadFonts(
  texts: Iterable<StyledText>,
  language: string | undefined,
): Promise<FontSet> {
  const latin = {
    400: openShapedFont('NotoSans-Regular', await readLatinFont(400)),
    600: openShapedFont('NotoSans-SemiBold', await readLatinFont(600)),
  };
  const choice = new SliceChoice(
    new Set(latin[400].font.characterSet),
    await readFamilies(),
    language,
  );
  const wanted = new Map<string, { slice: FontSlice; weight: Weight; characters: Set<number> }>();
  for (const { text: written, weight } of texts) {
    const text = printable(written);
    await choice.check(text);
    for (const { cluster, slice } of choice.split(text)) {
      if (slice === undefined) continue;
      const name = nameOf(slice, weight);
      const want = wanted.get(name) ?? { slice, weight, characters: new Set() };
      for (const character of cluster) want.characters.add(character.codePointAt(0) ?? 0);
      wanted.set(name, want);
    }
  }
  const sliced = new Map<string, ShapedFont>();
  for (const [name, { slice, weight, characters }] of wanted) {
    sliced.set(name, openShapedFont(name, await slice.read(weight, characters)));
  }
  return {
    fonts: [latin[400], latin[600], ...sliced.values()],
    split: (text, weight, whole) =>
      choice.split(text, whole).map(({ cluster, slice }) => ({
        cluster,
        font: (slice && sliced.get(nameOf(slice, weight))) ?? latin[weight],
      })),
  };
}

function nameOf(slice: FontSlice, weight: Weight): string {
  return `${slice.name}-${weight}`;
}

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { create } from 'fontkit';
import subsetFont from 'subset-font';
import { z } from 'zod';
import { parseUnicodeRanges } from './unicode-ranges.ts';

export type Weight = 400 | 600;

/** A file of a family. */
export interface FontSlice {
  /** Unlike every other slice's; a name that PDF takes as it is. */
  name: string;
  /** What it can draw; until it has been checked, what its package says, which can be too much. */
  has(character: number): boolean;
  /** Looks into the file, once in a process. */
  check(): Promise<void>;
  /** A TrueType font that draws these of its characters. */
  read(weight: Weight, characters: ReadonlySet<number>): Promise<Buffer>;
}

const FAMILY_NAMES = ['arabic', 'arabicMore', 'hebrew', 'jp', 'kr', 'sc', 'emoji'] as const;
export type FamilyName = (typeof FAMILY_NAMES)[number];

const fromHere = createRequire(import.meta.url);

const LATIN = {
  400: '@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf',
  600: '@expo-google-fonts/noto-sans/600SemiBold/NotoSans_600SemiBold.ttf',
} satisfies Record<Weight, string>;

/** Noto Sans, whole: Latin, Greek and Cyrillic with every combining mark, which slices would tear from their letters. */
export function readLatinFont(weight: Weight): Promise<Buffer> {
  return readFile(fromHere.resolve(LATIN[weight]));
}

/** Of each package what its `unicode.json` calls the slices of interest: none of its Latin, which Noto Sans has. */
const FAMILIES = {
  // Noto draws the dots of Arabic letters as glyphs of their own, which text that is copied loses: it is for what Vazirmatn lacks.
  arabic: { package: 'vazirmatn', slices: /^arabic$/ },
  arabicMore: { package: 'noto-sans-arabic', slices: /^arabic$/ },
  hebrew: { package: 'noto-sans-hebrew', slices: /^hebrew$/ },
  jp: { package: 'noto-sans-jp', slices: /^\[\d+\]$/ },
  kr: { package: 'noto-sans-kr', slices: /^\[\d+\]$/ },
  sc: { package: 'noto-sans-sc', slices: /^\[\d+\]$/ },
  emoji: { package: 'noto-emoji', slices: /^\[\d+\]$/ },
} satisfies Record<FamilyName, { package: string; slices: RegExp }>;

const rangesSchema = z.record(z.string(), z.string());
let families: Promise<ReadonlyMap<FamilyName, readonly FontSlice[]>> | undefined;

/** What lies in which slice of which family; read once in a process. */
export function readFamilies(): Promise<ReadonlyMap<FamilyName, readonly FontSlice[]>> {
  families ??= Promise.all(
    FAMILY_NAMES.map(async (family) => [family, await readSlices(family)] as const),
  ).then((entries) => new Map(entries));
  return families;
}

async function readSlices(family: FamilyName): Promise<readonly FontSlice[]> {
  const { package: name, slices } = FAMILIES[family];
  const index = fromHere.resolve(`@fontsource-variable/${name}/unicode.json`);
  const ranges = rangesSchema.parse(JSON.parse(await readFile(index, 'utf8')));
  return Object.entries(ranges)
    .filter(([slice]) => slices.test(slice))
    .map(([slice, text]) => {
      const sliceName = `${name}-${slice.replace(/[[\]]/g, '')}`;
      const file = join(dirname(index), 'files', `${sliceName}-wght-normal.woff2`);
      return fontSlice(sliceName, file, parseUnicodeRanges(text));
    });
}

function fontSlice(name: string, file: string, said: ReadonlySet<number>): FontSlice {
  let characters = said;
  let checked: Promise<void> | undefined;
  const read = (weight: Weight, wanted: ReadonlySet<number>) => instance(file, weight, wanted);
  return {
    name,
    has: (character) => characters.has(character),
    check: () =>
      (checked ??= read(400, said).then((font) => {
        characters = charactersOf(font);
      })),
    read,
  };
}

/** Variable fonts do not come through fontkit's subsetting, nor does WOFF2: HarfBuzz makes plain TrueType of them first. */
async function instance(
  path: string,
  weight: Weight,
  characters: ReadonlySet<number>,
): Promise<Buffer> {
  return subsetFont(await readFile(path), String.fromCodePoint(...characters), {
    targetFormat: 'truetype',
    variationAxes: { wght: weight },
  });
}

function charactersOf(file: Buffer): ReadonlySet<number> {
  const font = create(file);
  return new Set('characterSet' in font ? font.characterSet : []);
}

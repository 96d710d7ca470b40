import bidiFactory from 'bidi-js/dist/bidi.mjs';
import type { FontSet } from '../fonts/font-set.ts';
import type { Weight } from '../fonts/font-families.ts';
import type { ShapedFont } from '../fonts/shaped-font.ts';

const bidi = bidiFactory();

/** A stretch of text in one font and one direction. */
export interface TextRun {
  text: string;
  font: ShapedFont;
  rightToLeft: boolean;
  /** Where it begins in its line, which is the order in which it is read. */
  at: number;
}

const NO_RIGHT_TO_LEFT = /^[\0-\u0590]*$/;

/** The whole text of which a line is a part, which says what the line alone does not. */
export interface Paragraph {
  text: string;
  direction: 'ltr' | 'rtl';
}

export function paragraphOf(text: string): Paragraph {
  return { text, direction: directionOf(text) };
}

/** A line's runs from left to right, by the Unicode bidirectional algorithm. */
export function visualRuns(
  line: string,
  { text: whole, direction }: Paragraph,
  fonts: FontSet,
  weight: Weight,
): TextRun[] {
  const clusters = fonts.split(line, weight, whole);
  const levels =
    direction === 'ltr' && NO_RIGHT_TO_LEFT.test(line)
      ? undefined
      : bidi.getEmbeddingLevels(line, direction).levels;
  const runs: (TextRun & { level: number })[] = [];
  let at = 0;
  for (const { cluster, font } of clusters) {
    // All of Latin script comes as one cluster; none of it turns round in itself.
    for (const { text, level } of levels === undefined
      ? [{ text: cluster, level: 0 }]
      : byLevel(cluster, levels.subarray(at, at + cluster.length))) {
      const last = runs.at(-1);
      if (last?.level === level && last.font === font) last.text += text;
      else runs.push({ text, font, level, rightToLeft: level % 2 === 1, at });
      at += text.length;
    }
  }
  return inVisualOrder(runs);
}

/** That of a text's first strong character. */
function directionOf(text: string): 'ltr' | 'rtl' {
  if (NO_RIGHT_TO_LEFT.test(text)) return 'ltr';
  const [paragraph] = bidi.getEmbeddingLevels(text, 'auto').paragraphs;
  return paragraph !== undefined && paragraph.level % 2 === 1 ? 'rtl' : 'ltr';
}

function byLevel(text: string, levels: Uint8Array): { text: string; level: number }[] {
  const parts: { text: string; level: number }[] = [];
  let at = 0;
  for (const character of text) {
    const level = levels[at] ?? 0;
    const last = parts.at(-1);
    // A mark takes its letter's direction with it.
    if (last !== undefined && (last.level === level || /^\p{M}/u.test(character))) {
      last.text += character;
    } else {
      parts.push({ text: character, level });
    }
    at += character.length;
  }
  return parts;
}

/** Rule L2: from the highest level to the lowest odd one, what is at it or above turns round. */
function inVisualOrder<Run extends { level: number }>(runs: Run[]): Run[] {
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  const ordered = [...runs];
  for (let level = highest; level >= 1; level--) {
    for (let start = 0; start < ordered.length; start++) {
      let end = start;
      while ((ordered[end]?.level ?? -1) >= level) end++;
      if (end - start > 1) {
        ordered.splice(start, end - start, ...ordered.slice(start, end).reverse());
      }
      start = Math.max(start, end - 1);
    }
  }
  return ordered;
}

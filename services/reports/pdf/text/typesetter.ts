import LineBreaker from 'linebreak';
import type { Weight } from '../fonts/font-families.ts';
import type { FontSet } from '../fonts/font-set.ts';
import { paragraphOf, visualRuns } from './bidi-runs.ts';
import type { Paragraph, TextRun } from './bidi-runs.ts';
import { printable } from './printable.ts';

export interface TextStyle {
  /** In points. */
  size: number;
  weight: Weight;
}

/** One line, ready to be drawn. */
export interface TextLine {
  runs: readonly TextRun[];
  style: TextStyle;
  /** In points. */
  width: number;
}

/** From one baseline to the next, relative to the size: the tallest of the fonts, the CJK ones, need it. */
const LINE_HEIGHT = 1.45;
/** From the top of a line to its baseline. */
const BASELINE = 1.1;
const ELLIPSIS = '…';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

export function lineHeight({ size }: TextStyle): number {
  return size * LINE_HEIGHT;
}

export function baseline({ size }: TextStyle): number {
  return size * BASELINE;
}

/** Measures texts and breaks them into lines. */
export class Typesetter {
  readonly #fonts: FontSet;

  constructor(fonts: FontSet) {
    this.#fonts = fonts;
  }

  /** The whole text in one line. */
  line(text: string, style: TextStyle): TextLine {
    const line = printable(text);
    return this.#line(line, paragraphOf(line), style);
  }

  /** One line within `width`, cut with an ellipsis where it does not fit. */
  fit(text: string, style: TextStyle, width: number): TextLine {
    return this.wrap(text, style, width, 1)[0] ?? this.line('', style);
  }

  /** At most `maxLines` lines within `width`; the last is cut with an ellipsis where more would follow. At least one line. */
  wrap(text: string, style: TextStyle, width: number, maxLines: number): TextLine[] {
    const whole = printable(text);
    const paragraph = paragraphOf(whole);
    const fits = (part: string) => this.#line(part.trimEnd(), paragraph, style).width <= width;
    const lines: string[] = [];
    let rest = whole;
    while (lines.length < maxLines - 1 && !fits(rest)) {
      const end = lineEnd(rest, fits);
      lines.push(rest.slice(0, end).trimEnd());
      rest = rest.slice(end).trimStart();
    }
    lines.push(fits(rest) ? rest.trimEnd() : cut(rest, (part) => fits(part + ELLIPSIS)) + ELLIPSIS);
    return lines.map((line) => this.#line(line, paragraph, style));
  }

  #line(text: string, paragraph: Paragraph, style: TextStyle): TextLine {
    const runs = visualRuns(text, paragraph, this.#fonts, style.weight);
    const width = runs.reduce(
      (sum, run) => sum + run.font.widthOf(run.text, run.rightToLeft) * style.size,
      0,
    );
    return { runs, style, width };
  }
}

/** Where the first line ends: at the last break that fits, and in a word that is longer than a line at a character. */
function lineEnd(text: string, fits: (part: string) => boolean): number {
  const breaker = new LineBreaker(text);
  let end = 0;
  for (let next = breaker.nextBreak(); next !== null; next = breaker.nextBreak()) {
    if (!fits(text.slice(0, next.position))) break;
    end = next.position;
  }
  return end > 0 ? end : cut(text, fits).length;
}

/** As many of its first characters as fit: one at least, so that what is broken into lines comes to an end. */
function cut(text: string, fits: (part: string) => boolean): string {
  const ends = Array.from(graphemes.segment(text), ({ index, segment }) => index + segment.length);
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(text.slice(0, ends[middle]))) low = middle;
    else high = middle - 1;
  }
  return text.slice(0, ends[low]).trimEnd();
}

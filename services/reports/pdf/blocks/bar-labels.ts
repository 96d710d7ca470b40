import type { Canvas } from '../page/canvas.ts';
import { COLORS, STYLES } from '../page/look.ts';
import { baseline, lineHeight } from '../text/typesetter.ts';
import type { TextLine, Typesetter } from '../text/typesetter.ts';

const STYLE = STYLES.small;
const MARGIN = 4;
const MOST_LINES = 3;
/** Labels as short as those of hours are read from their neighbours where they are left out. */
const SHORT = 34;
const LONGEST_TURNED = 84;
const DEGREES = 45;
const SLANT = Math.SQRT1_2;

interface BarLabels {
  height: number;
  /** `left` is where the first bar's place begins. */
  draw(canvas: Canvas, left: number, top: number): void;
}

/**
 * What stands below the bars, never on each other: in a line or a few where there is room, each second, third or further one where they
 * are short and many, and else turned by 45 degrees.
 */
export function layOutBarLabels(
  labels: readonly string[],
  at: { place: number; left: number },
  typesetter: Typesetter,
): BarLabels {
  const widest = Math.max(0, ...labels.map((label) => typesetter.line(label, STYLE).width));
  const room = at.place - MARGIN;
  if (widest <= room) return upright(labels, at, room, 1, typesetter);
  const words = labels.flatMap((label) => label.split(/\s+/));
  const widestWord = Math.max(...words.map((word) => typesetter.line(word, STYLE).width));
  const lines = labels.map((label) => typesetter.wrap(label, STYLE, room, MOST_LINES + 1).length);
  if (widestWord <= room && Math.max(...lines) <= MOST_LINES) {
    return upright(labels, at, room, 1, typesetter);
  }
  if (widest <= SHORT) {
    const every = Math.ceil((widest + MARGIN) / at.place);
    return upright(labels, at, widest + 0.1, every, typesetter);
  }
  return turned(labels, at, typesetter);
}

function upright(
  labels: readonly string[],
  { place }: { place: number },
  room: number,
  every: number,
  typesetter: Typesetter,
): BarLabels {
  const shown = labels.map((label, index) =>
    index % every === 0 ? typesetter.wrap(label, STYLE, room, MOST_LINES) : [],
  );
  return {
    height: Math.max(1, ...shown.map((lines) => lines.length)) * lineHeight(STYLE),
    draw: (canvas, left, top) => {
      shown.forEach((lines, index) => {
        lines.forEach((line, row) => {
          const middle = left + (index + 0.5) * place;
          const y = top + row * lineHeight(STYLE) + baseline(STYLE);
          canvas.text(line, middle - line.width / 2, y, COLORS.ink);
        });
      });
    },
  };
}

/** They end below their bars and begin further left and below. */
function turned(
  labels: readonly string[],
  { place, left }: { place: number; left: number },
  typesetter: Typesetter,
): BarLabels {
  const every = Math.ceil(lineHeight(STYLE) / SLANT / place);
  const shown = labels.map((label, index): TextLine | undefined => {
    const toTheLeft = left + (index + 0.5) * place;
    const room = Math.min(LONGEST_TURNED, toTheLeft / SLANT - STYLE.size);
    return index % every === 0 ? typesetter.fit(label, STYLE, room) : undefined;
  });
  const longest = Math.max(0, ...shown.map((line) => line?.width ?? 0));
  return {
    height: longest * SLANT + lineHeight(STYLE),
    draw: (canvas, from, top) => {
      shown.forEach((line, index) => {
        if (line === undefined) return;
        const x = from + (index + 0.5) * place + STYLE.size * 0.25 - line.width * SLANT;
        const y = top + STYLE.size * 0.8 + line.width * SLANT;
        canvas.text(line, x, y, COLORS.ink, -DEGREES);
      });
    },
  };
}

import type { Canvas } from '../page/canvas.ts';
import { COLORS, STYLES } from '../page/look.ts';
import { baseline, lineHeight } from '../text/typesetter.ts';
import type { Typesetter } from '../text/typesetter.ts';

const STYLE = STYLES.small;
const MARGIN = 4;
const MOST_LINES = 3;
/** Labels as short as those of hours are read from their neighbours where they are left out. */
const SHORT = 34;
const LONGEST_TURNED = 84;
const DEGREES = 45;
const SLANT = Math.SQRT1_2;

interface BarLabels {
  /** Where the first bar's place begins. */
  left: number;
  height: number;
  draw(canvas: Canvas, top: number): void;
}

/**
 * What stands below the bars, never on each other: in a line or a few where there is room, each second, third or further one where they
 * are short and many, and else turned by 45 degrees; for those the first bar begins further to the right than `left`, where the first
 * labels need that. `width` is that of the page.
 */
export function layOutBarLabels(
  labels: readonly string[],
  { width, left }: { width: number; left: number },
  typesetter: Typesetter,
): BarLabels {
  const at = { place: (width - left) / Math.max(1, labels.length), left };
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
  return turned(labels, { width, left }, typesetter);
}

function upright(
  labels: readonly string[],
  { place, left }: { place: number; left: number },
  room: number,
  every: number,
  typesetter: Typesetter,
): BarLabels {
  const shown = labels.map((label, index) =>
    index % every === 0 ? typesetter.wrap(label, STYLE, room, MOST_LINES) : [],
  );
  return {
    left,
    height: Math.max(1, ...shown.map((lines) => lines.length)) * lineHeight(STYLE),
    draw: (canvas, top) => {
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
  { width, left: least }: { width: number; left: number },
  typesetter: Typesetter,
): BarLabels {
  const lines = labels.map((label) => typesetter.fit(label, STYLE, LONGEST_TURNED));
  const left = Math.max(
    least,
    ...lines.map((line, index) => {
      const needed = (line.width + STYLE.size) * SLANT;
      const middle = (index + 0.5) / labels.length;
      return (needed - middle * width) / (1 - middle);
    }),
  );
  const place = (width - left) / labels.length;
  const every = Math.ceil(lineHeight(STYLE) / SLANT / place);
  const shown = lines.map((line, index) => (index % every === 0 ? line : undefined));
  const longest = Math.max(0, ...shown.map((line) => line?.width ?? 0));
  return {
    left,
    height: longest * SLANT + lineHeight(STYLE),
    draw: (canvas, top) => {
      shown.forEach((line, index) => {
        if (line === undefined) return;
        const x = left + (index + 0.5) * place + STYLE.size * 0.25 - line.width * SLANT;
        const y = top + STYLE.size * 0.8 + line.width * SLANT;
        canvas.text(line, x, y, COLORS.ink, -DEGREES);
      });
    },
  };
}

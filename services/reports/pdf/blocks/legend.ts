import type { Canvas } from '../page/canvas.ts';
import { COLORS, STYLES } from '../page/look.ts';
import { baseline, lineHeight } from '../text/typesetter.ts';
import type { Typesetter } from '../text/typesetter.ts';

const SQUARE = 7;
const GAP = 14;

/** What the colours of a bar's parts mean, in as many lines as it takes; without parts, nothing. */
export function layOutLegend(labels: readonly string[], width: number, typesetter: Typesetter) {
  let [left, row] = [0, 0];
  const entries = labels.map((label) => {
    const line = typesetter.fit(label, STYLES.small, width - SQUARE - 4);
    const needed = SQUARE + 4 + line.width;
    if (left > 0 && left + needed > width) [left, row] = [0, row + 1];
    const entry = { line, x: left, row };
    left += needed + GAP;
    return entry;
  });
  return {
    labels,
    height: labels.length === 0 ? 0 : (row + 1) * lineHeight(STYLES.small) + 3,
    draw: (canvas: Canvas, top: number) => {
      entries.forEach(({ line, x, row: at }, index) => {
        const y = top + at * lineHeight(STYLES.small);
        const color = COLORS.parts[index % COLORS.parts.length] ?? COLORS.accent;
        canvas.rectangle(x, y + 2, SQUARE, SQUARE, color);
        canvas.text(line, x + SQUARE + 4, y + baseline(STYLES.small), COLORS.ink);
      });
    },
  };
}

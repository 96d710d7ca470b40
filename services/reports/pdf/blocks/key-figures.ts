import type { Canvas } from '../page/canvas.ts';
import { COLORS, STYLES } from '../page/look.ts';
import { CONTENT_WIDTH } from '../page/page-size.ts';
import type { Piece } from '../page/piece.ts';
import type { KeyFigure, KeyFigures } from '../report-document.ts';
import { baseline, lineHeight } from '../text/typesetter.ts';
import type { TextLine, Typesetter } from '../text/typesetter.ts';
import { shrink } from './shrink.ts';

const GAP = 10;
const PADDING = 9;
const MAX_IN_ROW = 4;

/** A row of cards a piece. */
export function keyFigurePieces({ items }: KeyFigures, typesetter: Typesetter): Piece[] {
  const rows = Math.ceil(items.length / MAX_IN_ROW);
  // Five cards are three and two, not four and one.
  const inRow = Math.ceil(items.length / rows);
  return Array.from({ length: rows }, (_, row) => {
    const width = (CONTENT_WIDTH - GAP * (inRow - 1)) / inRow;
    const cards = items
      .slice(row * inRow, (row + 1) * inRow)
      .map((item) => layOut(item, width, typesetter));
    const height = Math.max(...cards.map((card) => card.height));
    return {
      height,
      spaceAfter: row === rows - 1 ? 18 : GAP,
      draw: (canvas, top) => {
        cards.forEach((card, index) => {
          const left = index * (width + GAP);
          canvas.rectangle(left, top, width, height, COLORS.band, 4);
          canvas.tagged('P', () => card.draw(canvas, left + PADDING, top + PADDING));
        });
      },
    };
  });
}

interface Card {
  height: number;
  draw(canvas: Canvas, left: number, top: number): void;
}

function layOut(item: KeyFigure, width: number, typesetter: Typesetter): Card {
  const inner = width - 2 * PADDING;
  const labels = typesetter.wrap(item.label, STYLES.small, inner, 2);
  const value = shrink(item.value, STYLES.figure, inner, typesetter);
  const comparisons = (item.comparisons ?? []).map((comparison) => {
    const change = shrink(comparison.value, STYLES.smallStrong, inner, typesetter);
    const left = change.width + 4;
    // No room for a part of the label is no reason to leave all of it out.
    const fits = typesetter.line(comparison.label, STYLES.small).width <= inner - left;
    return fits
      ? [{ change, label: typesetter.line(comparison.label, STYLES.small), left }]
      : [
          { change, label: undefined, left },
          {
            change: undefined,
            label: typesetter.fit(comparison.label, STYLES.small, inner),
            left: 0,
          },
        ];
  });
  const below = comparisons.flat();
  const lines = labels.length + below.length;
  return {
    height: 2 * PADDING + lines * lineHeight(STYLES.small) + lineHeight(STYLES.figure),
    draw: (canvas, left, top) => {
      const put = (line: TextLine | undefined, x: number, at: number, color: string) => {
        if (line !== undefined) canvas.text(line, x, at + baseline(STYLES.small), color);
      };
      let at = top;
      for (const label of labels) {
        put(label, left, at, COLORS.muted);
        at += lineHeight(STYLES.small);
      }
      canvas.text(value, left, at + baseline(STYLES.figure), COLORS.ink);
      at += lineHeight(STYLES.figure);
      for (const { change, label, left: indent } of below) {
        put(change, left, at, COLORS.ink);
        put(label, left + indent, at, COLORS.muted);
        at += lineHeight(STYLES.small);
      }
    },
  };
}

import type { Tag } from '../page/canvas.ts';
import { COLORS, STYLES } from '../page/look.ts';
import { CONTENT_WIDTH } from '../page/page-size.ts';
import type { Piece } from '../page/piece.ts';
import { baseline, lineHeight } from '../text/typesetter.ts';
import type { TextStyle, Typesetter } from '../text/typesetter.ts';

const MAX_HEADING_LINES = 3;
/** A note may be as long as a page, and goes on on the next. */
const MAX_NOTE_LINES = 200;

export function documentHeadPieces(
  { title, subtitle }: { title: string; subtitle: string },
  typesetter: Typesetter,
): Piece[] {
  const line: Piece = {
    height: 2,
    spaceAfter: 14,
    draw: (canvas, top) => canvas.rectangle(0, top, canvas.width, 1.5, COLORS.accent),
  };
  return [
    paragraph(title, STYLES.title, typesetter, { tag: 'H1', spaceAfter: 0 }),
    paragraph(subtitle, STYLES.subtitle, typesetter, { color: COLORS.muted, spaceAfter: 8 }),
    line,
  ];
}

export function notePieces({ text }: { text: string }, typesetter: Typesetter): Piece[] {
  const { muted } = COLORS;
  const lines = typesetter.wrap(text, STYLES.text, CONTENT_WIDTH, MAX_NOTE_LINES);
  return lines.map((line, index) => ({
    height: lineHeight(STYLES.text),
    spaceAfter: index === lines.length - 1 ? 12 : 0,
    draw: (canvas, top) => {
      canvas.tagged('P', () => canvas.text(line, 0, top + baseline(STYLES.text), muted));
    },
  }));
}

/** A text of few lines, kept with what follows. */
export function paragraph(
  text: string,
  style: TextStyle,
  typesetter: Typesetter,
  {
    tag = 'P',
    color = COLORS.ink,
    width = CONTENT_WIDTH,
    spaceAfter,
  }: { tag?: Tag; color?: string; width?: number; spaceAfter: number },
): Piece {
  const lines = typesetter.wrap(text, style, width, MAX_HEADING_LINES);
  return {
    height: lines.length * lineHeight(style),
    spaceAfter,
    keepWithNext: true,
    draw: (canvas, top) => {
      canvas.tagged(tag, () =>
        lines.forEach((line, index) =>
          canvas.text(line, 0, top + index * lineHeight(style) + baseline(style), color),
        ),
      );
    },
  };
}

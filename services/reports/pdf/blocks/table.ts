import type { Canvas } from '../page/canvas.ts';
import { COLORS, STYLES } from '../page/look.ts';
import { CONTENT_WIDTH } from '../page/page-size.ts';
import type { Piece } from '../page/piece.ts';
import type { Table, TableColumn } from '../report-document.ts';
import { baseline, lineHeight } from '../text/typesetter.ts';
import type { TextLine, TextStyle, Typesetter } from '../text/typesetter.ts';
import { columnWidths } from './column-widths.ts';
import { shrink } from './shrink.ts';
import { paragraph } from './text-pieces.ts';

/** 25 pages; who needs more of a table reads it elsewhere than on paper. A note says how many rows there are. */
export const MAX_ROWS = 1_000;

const PADDING = { across: 5, down: 2.5 };
const MAX_CELL_LINES = 3;
/** A table of no more rows stands on one page. */
const UNDIVIDED = 12;
const number = new Intl.NumberFormat('en');

interface Row {
  cells: readonly (readonly TextLine[])[];
  height: number;
}

/** A row a piece; the heads of the columns come again on each page. */
export function tablePieces(table: Table, typesetter: Typesetter): Piece[] {
  const { title, columns, total } = table;
  const printed = table.rows.slice(0, MAX_ROWS);
  const widths = columnWidths(
    { ...table, rows: printed },
    CONTENT_WIDTH,
    PADDING.across,
    typesetter,
  );
  const lefts = widths.map((_, index) =>
    widths.slice(0, index).reduce((sum, width) => sum + width, 0),
  );
  const layOut = (cells: readonly string[], style: TextStyle, isHead = false): Row => {
    const lines = columns.map(({ align }, index) => {
      const width = (widths[index] ?? 0) - 2 * PADDING.across;
      const text = cells[index] ?? '';
      return align === 'end' && !isHead
        ? [shrink(text, style, width, typesetter)]
        : typesetter.wrap(text, style, width, MAX_CELL_LINES);
    });
    const most = Math.max(1, ...lines.map((cell) => cell.length));
    return { cells: lines, height: most * lineHeight(style) + 2 * PADDING.down };
  };

  let element: ReturnType<Canvas['table']> | undefined;
  const drawRow = (canvas: Canvas, row: Row, top: number, tag: 'TH' | 'TD', isNew: boolean) => {
    const parent = isNew ? canvas.row((element ??= canvas.table())) : undefined;
    row.cells.forEach((lines, index) => {
      const draw = () =>
        drawCell(canvas, lines, columns[index], lefts[index] ?? 0, widths[index] ?? 0, top);
      if (parent === undefined) draw();
      else canvas.cell(parent, tag, draw);
    });
    parent?.end();
  };
  const head = layOut(
    columns.map((column) => column.title),
    STYLES.smallStrong,
    true,
  );
  const headPiece = (isNew: boolean): Piece => ({
    height: head.height + 2,
    keepWithNext: true,
    draw: (canvas, top) => {
      drawRow(canvas, head, top, 'TH', isNew);
      canvas.rule(0, top + head.height, canvas.width, COLORS.ink, { weight: 0.8 });
    },
  });
  const header = headPiece(false);
  const rows = printed.map((cells, index): Piece => {
    const row = layOut(cells, STYLES.text);
    return {
      height: row.height,
      header,
      // No page begins or ends with a single row.
      keepWithNext:
        (printed.length <= UNDIVIDED && index < printed.length - 1) ||
        index === 0 ||
        index === printed.length - 2 ||
        (total !== undefined && index === printed.length - 1),
      draw: (canvas, top) => {
        if (index % 2 === 1) canvas.rectangle(0, top, canvas.width, row.height, COLORS.band);
        drawRow(canvas, row, top, 'TD', true);
      },
    };
  });
  return [
    paragraph(title, STYLES.heading, typesetter, { tag: 'H2', spaceAfter: 3 }),
    headPiece(true),
    ...(rows.length > 0 ? rows : [noRows(typesetter)]),
    ...(total === undefined ? [] : [totalPiece(layOut(total, STYLES.strong))]),
    ...notes(table, typesetter),
    { height: 0, spaceAfter: 18, draw: () => undefined },
  ];

  function totalPiece(row: Row): Piece {
    return {
      height: row.height + 2,
      header,
      draw: (canvas, top) => {
        canvas.rule(0, top + 0.5, canvas.width, COLORS.ink, { weight: 0.8 });
        drawRow(canvas, row, top + 1, 'TD', true);
      },
    };
  }
}

function drawCell(
  canvas: Canvas,
  lines: readonly TextLine[],
  column: TableColumn | undefined,
  left: number,
  width: number,
  top: number,
): void {
  lines.forEach((line, index) => {
    const atEnd = column?.align === 'end';
    const x = atEnd ? left + width - PADDING.across - line.width : left + PADDING.across;
    const y = top + PADDING.down + index * lineHeight(line.style) + baseline(line.style);
    canvas.text(line, x, y, COLORS.ink);
  });
}

function noRows(typesetter: Typesetter): Piece {
  return {
    ...paragraph('No rows', STYLES.text, typesetter, { color: COLORS.muted, spaceAfter: 2 }),
    keepWithNext: false,
  };
}

function notes({ note, rows }: Table, typesetter: Typesetter): Piece[] {
  const left =
    rows.length > MAX_ROWS
      ? [`Printed: the first ${number.format(MAX_ROWS)} of ${number.format(rows.length)} rows.`]
      : [];
  return [...left, ...(note === undefined ? [] : [note])].flatMap((text) => [
    { height: 0, spaceAfter: 4, keepWithNext: true, draw: () => undefined },
    {
      ...paragraph(text, STYLES.small, typesetter, { color: COLORS.muted, spaceAfter: 0 }),
      keepWithNext: false,
    },
  ]);
}

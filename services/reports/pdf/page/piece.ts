import type { Canvas } from './canvas.ts';

/** What stands on one page whole, from the left to the right margin. Heights are in points. */
export interface Piece {
  height: number;
  /** Kept free below it, but for the end of a page. */
  spaceAfter?: number;
  /** Not the last of a page while another piece follows. */
  keepWithNext?: boolean;
  /** Drawn above it where it begins a page. */
  header?: Piece;
  draw(canvas: Canvas, top: number): void;
}

export interface PlacedPiece {
  piece: Piece;
  top: number;
}

/** The pieces of each page, from its top. There is one page at least. */
export function paginate(pieces: readonly Piece[], pageHeight: number): PlacedPiece[][] {
  const pages: PlacedPiece[][] = [[]];
  let [page] = pages;
  let top = 0;
  let at = 0;
  while (at < pieces.length) {
    const group = togetherFrom(pieces, at, pageHeight);
    at += group.length;
    if (page === undefined || (top > 0 && top + heightOf(group) > pageHeight)) {
      page = [];
      pages.push(page);
      top = 0;
      const header = group[0]?.header;
      if (header !== undefined) {
        page.push({ piece: header, top });
        top += header.height + (header.spaceAfter ?? 0);
      }
    }
    for (const piece of group) {
      page.push({ piece, top });
      top += piece.height + (piece.spaceAfter ?? 0);
    }
  }
  return pages;
}

/** A piece and those that it is to be with, as many as a page holds. */
function togetherFrom(
  pieces: readonly Piece[],
  start: number,
  pageHeight: number,
): readonly Piece[] {
  let end = start + 1;
  while (
    pieces[end - 1]?.keepWithNext === true &&
    end < pieces.length &&
    heightOf(pieces.slice(start, end + 1)) <= pageHeight
  ) {
    end++;
  }
  return pieces.slice(start, end);
}

function heightOf(group: readonly Piece[]): number {
  const all = group.reduce((sum, piece) => sum + piece.height + (piece.spaceAfter ?? 0), 0);
  return all - (group.at(-1)?.spaceAfter ?? 0);
}

import { expect, it } from 'vitest';
import { paginate } from './piece.ts';
import type { Piece } from './piece.ts';

const draw = () => undefined;
const piece = (height: number, more: Partial<Piece> = {}): Piece => ({ height, draw, ...more });

function pagesOf(...pieces: Piece[]): number[][] {
  return paginate(pieces, 100).map((page) => page.map(({ top }) => top));
}

it('pieces follow each other with their space between, which the end of a page swallows', () => {
  expect(pagesOf(piece(40, { spaceAfter: 10 }), piece(50, { spaceAfter: 30 }), piece(1))).toEqual([
    [0, 50],
    [0],
  ]);
});

it('a heading is on the page of what follows', () => {
  expect(pagesOf(piece(80), piece(10, { keepWithNext: true }), piece(20))).toEqual([[0], [0, 10]]);
});

it('a page that begins within a table begins with its head', () => {
  const header = piece(15);
  expect(pagesOf(piece(80), piece(30, { header }), piece(30, { header }))).toEqual([
    [0],
    [0, 15, 45],
  ]);
});

it('more that is to stay together than a page holds is parted, and leaves no page', () => {
  const together = piece(40, { keepWithNext: true });
  expect(pagesOf(together, together, together, piece(40))).toEqual([
    [0, 40],
    [0, 40],
  ]);
});

it('nothing is one empty page', () => {
  expect(pagesOf()).toEqual([[]]);
});

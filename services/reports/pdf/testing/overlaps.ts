import type { ReadPage, ReadText } from './read-pdf.ts';

type Point = readonly [number, number];

/** Of the size, above and below the baseline: a letter's ink, not the room that a line leaves around it. */
const INK = { above: 0.72, below: 0.2 };
/** In points: neighbours may touch. */
const TOUCH = 0.4;

/** The pairs of texts on a page that lie on each other. */
export function overlaps({ texts }: ReadPage): string[] {
  const boxes = texts.map((text) => ({ text, corners: cornersOf(text) }));
  return boxes.flatMap((one, index) =>
    boxes
      .slice(index + 1)
      .filter((other) => overlap(one.corners, other.corners))
      .map((other) => `${one.text.text} / ${other.text.text} at ${one.text.x}, ${one.text.y}`),
  );
}

/** The texts that leave a page's inner part. */
export function outside({ texts, width, height }: ReadPage, margin: number): string[] {
  return texts
    .filter((text) =>
      cornersOf(text).some(
        ([x, y]) =>
          x < margin - TOUCH ||
          x > width - margin + TOUCH ||
          y < margin - TOUCH ||
          y > height - margin / 2 + TOUCH,
      ),
    )
    .map(({ text, x, y }) => `${text} at ${x}, ${y}`);
}

function cornersOf({ x, y, width, size, turn }: ReadText): readonly Point[] {
  const [along, across] = [
    [Math.cos(turn), Math.sin(turn)],
    [Math.sin(turn), -Math.cos(turn)],
  ] as const;
  const corner = (right: number, up: number): Point => [
    x + along[0] * right + across[0] * up,
    y + along[1] * right + across[1] * up,
  ];
  const [low, high] = [-size * INK.below, size * INK.above];
  return [corner(0, low), corner(width, low), corner(width, high), corner(0, high)];
}

/** Two rectangles lie on each other unless a line along a side of one of them parts them. */
function overlap(one: readonly Point[], other: readonly Point[]): boolean {
  return [one, other].every((box) =>
    sidesOf(box).every(([x, y]) => {
      const [a, b] = [span(one, x, y), span(other, x, y)];
      return Math.min(a.end, b.end) - Math.max(a.start, b.start) > TOUCH;
    }),
  );
}

function sidesOf([first, second, third]: readonly Point[]): Point[] {
  if (first === undefined || second === undefined || third === undefined) return [];
  return [unit(first, second), unit(second, third)];
}

function unit([x1, y1]: Point, [x2, y2]: Point): Point {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  return [(x2 - x1) / length, (y2 - y1) / length];
}

function span(corners: readonly Point[], x: number, y: number) {
  const places = corners.map((corner) => corner[0] * x + corner[1] * y);
  return { start: Math.min(...places), end: Math.max(...places) };
}

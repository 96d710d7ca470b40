/** How many steps an axis should about have. */
const STEPS = 4;

/**
 * The values that an axis from 0 to at least `max` is marked at: multiples of 1, 2 or 5 times a power of ten,
 * whole ones. Own code: it is all that d3-scale would be used for.
 */
export function ticksUpTo(max: number): number[] {
  const step = niceStep(Math.max(max, 1) / STEPS);
  const count = Math.max(1, Math.ceil(max / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

function niceStep(least: number): number {
  if (least <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((each) => each * power >= least) ?? 10;
  return factor * power;
}

/** Of so many labels, every how many-th there is room for. */
export function labelEvery(count: number, roomPx: number, labelPx: number): number {
  const least = Math.max(1, Math.ceil((count * labelPx) / Math.max(1, roomPx)));
  return [1, 2, 3, 4, 6, 8, 12].find((each) => each >= least) ?? least;
}

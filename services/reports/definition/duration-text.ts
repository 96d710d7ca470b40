const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A duration in ms as people read it, in its two largest units, rounded down: `2 d 3 h`, `4 h 5 min`, `12 s`. */
export function durationText(ms: number): string {
  if (ms >= DAY_MS) return twoUnits(ms, DAY_MS, 'd', HOUR_MS, 'h');
  if (ms >= HOUR_MS) return twoUnits(ms, HOUR_MS, 'h', MINUTE_MS, 'min');
  if (ms >= MINUTE_MS) return twoUnits(ms, MINUTE_MS, 'min', SECOND_MS, 's');
  return `${Math.floor(ms / SECOND_MS)} s`;
}

function twoUnits(ms: number, unitMs: number, unit: string, restMs: number, rest: string): string {
  const few = Math.floor((ms % unitMs) / restMs);
  return `${Math.floor(ms / unitMs)} ${unit}${few === 0 ? '' : ` ${few} ${rest}`}`;
}

/** The same for a program: hours with three decimals, `27.500`. */
export function decimalHours(ms: number): string {
  return (ms / HOUR_MS).toFixed(3);
}

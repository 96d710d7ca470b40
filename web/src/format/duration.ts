const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A duration in ms as people read it, in its two largest units, rounded down: `2 d 3 h`, `4 h 5 min`, `12 s`. */
export function formatDuration(ms: number): string {
  if (ms >= DAY_MS) return twoUnits(ms, DAY_MS, 'd', HOUR_MS, 'h');
  if (ms >= HOUR_MS) return twoUnits(ms, HOUR_MS, 'h', MINUTE_MS, 'min');
  if (ms >= MINUTE_MS) return twoUnits(ms, MINUTE_MS, 'min', 1_000, 's');
  return `${Math.floor(ms / 1_000)} s`;
}

function twoUnits(ms: number, unitMs: number, unit: string, restMs: number, rest: string): string {
  const few = Math.floor((ms % unitMs) / restMs);
  return `${Math.floor(ms / unitMs)} ${unit}${few === 0 ? '' : ` ${few} ${rest}`}`;
}

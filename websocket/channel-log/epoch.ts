const TIME_LENGTH = 9;
const RANDOM_LENGTH = 4;

/**
 * A name for a new count of a channel: the time in base 36, then some randomness. It sorts after
 * the previous one whatever the clocks say, so that what an old count left behind is known as old.
 */
export function newEpoch(nowMs: number, random: () => number, previous?: string): string {
  const time = previous === undefined ? nowMs : Math.max(nowMs, timeOf(previous) + 1);
  const noise = Math.floor(random() * 36 ** RANDOM_LENGTH);
  return (
    time.toString(36).padStart(TIME_LENGTH, '0') + noise.toString(36).padStart(RANDOM_LENGTH, '0')
  );
}

function timeOf(epoch: string): number {
  return Number.parseInt(epoch.slice(0, TIME_LENGTH), 36);
}

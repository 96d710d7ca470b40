/** An instant (epoch ms) in words, with its zone: `Saturday, 5 December 2026 at 09:30 (Europe/Berlin)`. */
export function momentText(epochMs: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  });
  const part = Object.fromEntries(
    format.formatToParts(epochMs).map(({ type, value }) => [type, value]),
  );
  const day = `${part['weekday']}, ${part['day']} ${part['month']} ${part['year']}`;
  return `${day} at ${part['hour']}:${part['minute']} (${timeZone})`;
}

/** A size as people read it: `1.5 KB`, `12 MB`; of a file, in units of 1,000. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const unit = bytes < 1_000_000 ? 'KB' : bytes < 1_000_000_000 ? 'MB' : 'GB';
  const value = bytes / { KB: 1_000, MB: 1_000_000, GB: 1_000_000_000 }[unit];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

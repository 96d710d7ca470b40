const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A size for people, in the unit of which there are at least one: `12 kB`, `1.4 MB`. */
export function formatBytes(bytes: number, locale?: string): string {
  const index = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const amount = bytes / 1000 ** index;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[index] ?? 'byte',
    unitDisplay: index === 0 ? 'long' : 'short',
    maximumFractionDigits: amount < 10 && index > 0 ? 1 : 0,
  }).format(amount);
}

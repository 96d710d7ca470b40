const MINUS = '\u2212';

/** How a figure changed against another time, in whole percent: `+12%`; `new` where there was none. */
export function changeText(now: number, before: number): string {
  if (before === 0) return now === 0 ? '±0%' : 'new';
  const percent = Math.round(((now - before) / before) * 100);
  if (percent === 0) return '±0%';
  return `${percent > 0 ? '+' : MINUS}${Math.abs(percent)}%`;
}

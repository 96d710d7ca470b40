import { dayAt } from '../period/calendar-day.ts';
import type { AskedScope } from './report-run.ts';

/**
 * What a run's files are called, before the dot: by the day that they are of, `daily-2026-11-21`, or by the first and the last,
 * `export-2026-11-01-to-2026-11-30`. `at` is when the data is read, epoch ms.
 */
export function fileName({ kind, from, to, timeZone }: AskedScope, at: number): string {
  // ISO writes the year 10000, which the last day has in some zones, with a sign: `+010000-01-01`.
  const dateOf = (instant: number) => dayAt(instant, timeZone).date.replace(/^\+0*/, '');
  if (kind === 'ageing') return `ageing-${dateOf(at)}`;
  const [first, last] = [dateOf(from), dateOf(to - 1)];
  return first === last ? `${kind}-${first}` : `${kind}-${first}-to-${last}`;
}

import { Temporal } from 'temporal-polyfill';

/** An instant, epoch ms or ISO, on the clocks of a time zone: `2026-11-21 14:05`. */
export function localText(instant: number | string, timeZone: string): string {
  const epochMs = typeof instant === 'number' ? instant : Date.parse(instant);
  const local = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone);
  const time = local.toPlainTime().toString({ smallestUnit: 'minute' });
  return `${local.toPlainDate().toString()} ${time}`;
}

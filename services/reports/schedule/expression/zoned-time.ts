import { Temporal } from 'temporal-polyfill';

/**
 * What a clock in the zone shows at an instant, as though it showed UTC (epoch ms).
 * @throws RangeError where the zone is unknown
 */
export function wallTimeAt(epochMs: number, timeZone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(epochMs)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toZonedDateTime('UTC').epochMilliseconds;
}

/**
 * When a clock in the zone shows this time (epoch ms, as though it showed UTC): the first time, where
 * autumn shows it twice, and undefined where spring skips it.
 * @throws RangeError where the zone is unknown
 */
export function instantOfWallTime(wallMs: number, timeZone: string): number | undefined {
  const wallTime = Temporal.Instant.fromEpochMilliseconds(wallMs)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime();
  const zoned = wallTime.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return zoned.toPlainDateTime().equals(wallTime) ? zoned.epochMilliseconds : undefined;
}

import { Temporal } from 'temporal-polyfill';

/** Names of the tz database, `Europe/Berlin` or `UTC`: no offsets, which have no days of 23 and 25 hours. */
const NAME = /^[a-z][a-z0-9_+-]*(\/[a-z0-9_+-]+)*$/i;
/** As many as the column of a schedule keeps; the longest name has 32. */
const MAX_NAME_LENGTH = 64;

/** A text is no name of a time zone. */
export class InvalidTimeZone extends Error {
  override name = 'InvalidTimeZone';

  constructor(text: string) {
    const shown = JSON.stringify(text.slice(0, MAX_NAME_LENGTH));
    super(`${shown} is no time zone: give a name of the IANA database, such as Europe/Berlin`);
  }
}

/**
 * The name of a time zone as the IANA database writes it, from a name in any case. A former name, such
 * as `Asia/Calcutta`, stays what it is. @throws InvalidTimeZone
 */
export function timeZoneName(text: string): string {
  if (!NAME.test(text) || text.length > MAX_NAME_LENGTH) throw new InvalidTimeZone(text);
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
  } catch {
    throw new InvalidTimeZone(text);
  }
}

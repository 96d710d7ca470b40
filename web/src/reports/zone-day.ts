const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Further from UTC than any zone has ever been. */
const MOST_OFFSET_MS = 16 * HOUR_MS;

/**
 * When a day such as `2026-11-21` begins in a time zone: at the first instant at which its calendar shows that
 * day, or a later one where it skips the day. Epoch ms. Own code, as browsers lack Temporal: a zone's offset
 * can be asked for an instant only, so the instant is searched for.
 */
export function startOfDay(day: string, timeZone: string): number {
  const calendar = calendarOf(timeZone);
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  let before = midnight - MOST_OFFSET_MS;
  let after = midnight + MOST_OFFSET_MS + DAY_MS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (calendar(middle) < day) before = middle;
    else after = middle;
  }
  return after;
}

/** The day some days after another, or before. */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The day that a time zone's calendar shows at an instant, epoch ms. */
export function dayAt(instantMs: number, timeZone: string): string {
  return calendarOf(timeZone)(instantMs);
}

/** Tells the day of instants, in the Gregorian calendar whatever the reader's is. */
function calendarOf(timeZone: string): (instantMs: number) => string {
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (instantMs) => {
    const parts = format.formatToParts(instantMs);
    const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
    return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  };
}

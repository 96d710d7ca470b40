/** The day of a time zone that an instant lies in. A zone that this browser does not know is taken for UTC. */
export function formatDay(instant: string, timeZone: string, locale?: string): string {
  return inZone(timeZone, locale, { dateStyle: 'medium' }).format(new Date(instant));
}

/** An instant on the clocks of a time zone, with the zone's short name: `30 Nov 2026, 06:00 CET`. */
export function formatInZone(instant: string, timeZone: string, locale?: string): string {
  return inZone(timeZone, locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(instant));
}

/** Whether this browser knows a time zone of that IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function inZone(
  timeZone: string,
  locale: string | undefined,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, {
    ...options,
    timeZone: isTimeZone(timeZone) ? timeZone : 'UTC',
  });
}

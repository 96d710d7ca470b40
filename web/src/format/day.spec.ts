import { expect, it } from 'vitest';
import { formatDay, formatInZone, isTimeZone } from './day.ts';

it('a day is the one that the zone’s calendar has, wherever the reader is', () => {
  const instant = '2026-11-20T23:00:00.000Z';
  expect(formatDay(instant, 'Europe/Berlin', 'en-GB')).toBe('21 Nov 2026');
  expect(formatDay(instant, 'America/New_York', 'en-GB')).toBe('20 Nov 2026');
});

it('an instant is shown on the zone’s clocks and says which those are', () => {
  expect(formatInZone('2026-11-30T05:00:00.000Z', 'Europe/Berlin', 'en-GB')).toBe(
    'Mon, 30 Nov 2026, 06:00 CET',
  );
});

it('a zone that is not known stops no page', () => {
  expect(isTimeZone('Europe/Atlantis')).toBe(false);
  expect(formatDay('2026-11-20T23:00:00.000Z', 'Europe/Atlantis', 'en-GB')).toBe('20 Nov 2026');
});

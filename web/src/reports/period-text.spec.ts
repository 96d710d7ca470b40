import { expect, it } from 'vitest';
import { periodText } from './period-text.ts';

const WEEK_OF_UTC = { from: '2026-11-21T00:00:00.000Z', to: '2026-11-28T00:00:00.000Z' };
const WEEK_OF_BERLIN = { from: '2026-11-20T23:00:00.000Z', to: '2026-11-27T23:00:00.000Z' };

/** As a reader of a zone sees it, with plain spaces. */
function text(
  period: { from: string; to: string },
  { runZone = 'UTC', readerZone = 'UTC', locale = 'en-US' } = {},
): string {
  const run = { ...period, timeZone: runZone };
  return periodText(run, { readerZone, locale }).replaceAll(/[\u2009\u202f]/g, ' ');
}

it('whole days are told with the last one inclusive, as the form asked for them', () => {
  expect(text(WEEK_OF_UTC)).toBe('Nov 21 – 27, 2026');
  expect(text(WEEK_OF_UTC, { locale: 'en-GB' })).toBe('21 – 27 Nov 2026');
  expect(text({ ...WEEK_OF_UTC, to: '2026-12-01T00:00:00.000Z' })).toBe('Nov 21 – 30, 2026');
  expect(text({ ...WEEK_OF_UTC, to: '2026-11-22T00:00:00.000Z' })).toBe('Nov 21, 2026');
  expect(text({ ...WEEK_OF_UTC, to: '2027-01-02T00:00:00.000Z' })).toBe(
    'Nov 21, 2026 – Jan 1, 2027',
  );
});

it('whole days of the reader are days, whatever zone the run is of', () => {
  expect(text(WEEK_OF_BERLIN, { readerZone: 'Europe/Berlin' })).toBe('Nov 21 – 27, 2026');
  // Over the hour that autumn has twice.
  const october = { from: '2026-10-24T22:00:00.000Z', to: '2026-10-25T23:00:00.000Z' };
  expect(text(october, { readerZone: 'Europe/Berlin' })).toBe('Oct 25, 2026');
});

it('whole days of another zone say which', () => {
  expect(text(WEEK_OF_UTC, { readerZone: 'Europe/Berlin' })).toBe('Nov 21 – 27, 2026, UTC');
  expect(text(WEEK_OF_BERLIN, { runZone: 'Europe/Berlin' })).toBe(
    'Nov 21 – 27, 2026, Europe/Berlin',
  );
});

it('anything else is told as instants that have their dates', () => {
  expect(text(WEEK_OF_BERLIN)).toBe('Nov 20, 2026, 11:00 PM – Nov 27, 2026, 11:00 PM');
  expect(text({ from: '2026-11-21T08:00:00.000Z', to: '2026-11-21T09:30:00.000Z' })).toBe(
    'Nov 21, 2026, 8:00 – 9:30 AM',
  );
});

it('a zone that this browser does not know stops no page', () => {
  expect(text(WEEK_OF_BERLIN, { runZone: 'Europe/Atlantis' })).toMatch(/11:00 PM/);
});

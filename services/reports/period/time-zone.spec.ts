import { describe, expect, it } from 'vitest';
import { InvalidTimeZone, timeZoneName } from './time-zone.ts';

describe('the name of a time zone', () => {
  it('is taken in any case and given as the IANA database writes it', () => {
    const names = Intl.supportedValuesOf('timeZone');
    expect(names.length).toBeGreaterThan(400);
    for (const name of [...names, 'UTC', 'Etc/GMT-14', 'US/Pacific', 'Asia/Calcutta', 'EST5EDT']) {
      expect([timeZoneName(name), timeZoneName(name.toLowerCase())]).toEqual([name, name]);
      expect(timeZoneName(name.toUpperCase())).toBe(name);
    }
  });

  it.each([
    '',
    'Europe',
    'Europe/Atlantis',
    'Europe/Berlin ',
    ' Europe/Berlin',
    'Europe//Berlin',
    '../Europe/Berlin',
    '+02:00',
    '-0330',
    'Z',
    'Europe/Berlin[u-ca=iso8601]',
    '2026-01-01[Europe/Berlin]',
    '2026-01-01T00:00Z',
    'Europe/Berl\u0130n',
    `Europe/${'x'.repeat(500)}`,
  ])('is none of %j, and the error says what to give', (text) => {
    expect(() => timeZoneName(text)).toThrow(InvalidTimeZone);
    expect(() => timeZoneName(text)).toThrow(/^".*" is no time zone: give .* Europe\/Berlin$/);
  });
});

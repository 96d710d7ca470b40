import { expect, test } from 'vitest';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { nextTimes } from './next-times.ts';
import { parseScheduleExpression } from './schedule-expression.ts';
import { matchesCron } from './testing/match-cron.ts';
import type { WallMinute } from './testing/match-cron.ts';
import { randomCron } from './testing/random-cron.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** So many of a window's times are compared: more than three hours of a schedule that runs each minute. */
const MOST = 200;

/** From an hour before each change of clocks of the zones below, and one that holds both of a spring. */
const WINDOWS = [
  ['2026-03-08T06:00:00Z', '2026-03-11T00:00:00Z'],
  ['2026-03-29T00:00:00Z', '2026-04-01T00:00:00Z'],
  ['2026-04-04T13:30:00Z', '2026-04-07T00:00:00Z'],
  ['2026-10-03T14:00:00Z', '2026-10-06T00:00:00Z'],
  ['2026-10-24T23:30:00Z', '2026-10-27T00:00:00Z'],
  ['2026-11-01T04:30:00Z', '2026-11-04T00:00:00Z'],
  ['2026-03-01T00:00:00Z', '2026-04-10T00:00:00Z'],
].map(([from = '', to = '']) => ({ from: Date.parse(from), to: Date.parse(to) }));

const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];

test.each(ZONES)(
  'in %s, a cron runs at the minutes that a search over all of them finds',
  (zone) => {
    for (const { from, to } of WINDOWS) {
      const minutes = shownMinutes(zone, from, to);
      for (let seed = 1; seed <= 16; seed += 1) {
        const text = randomCron(seededRandom(seed), { everyDay: seed % 2 === 0 });
        const expected = firstOf(minutes, ({ wall }) => matchesCron(text, wall));
        const times = timesBetween(text, zone, from, to);
        expect(times, `${text}, seed ${seed}`).toEqual(expected.map(({ at }) => at));
      }
    }
  },
);

test('the days of L, W, # and of years are those that a search over twelve years finds', () => {
  const [from, to] = [Date.parse('2023-06-01T00:00:00Z'), Date.parse('2035-06-01T00:00:00Z')];
  const days = Array.from({ length: (to - from) / DAY_MS }, (_, day) => from + day * DAY_MS);
  for (let seed = 1; seed <= 120; seed += 1) {
    const text = randomCron(seededRandom(seed), { everyDay: false }).replace(
      /^cron\(\S+ \S+/,
      'cron(0 0',
    );
    const expected = firstOf(days, (day) => matchesCron(text, utcMinute(day)));
    const times = timesBetween(text, 'UTC', from, to);
    expect(times, `${text}, seed ${seed}`).toEqual(expected);
  }
});

function firstOf<Item>(items: readonly Item[], matches: (item: Item) => boolean): Item[] {
  const found: Item[] = [];
  for (const item of items) {
    if (found.length === MOST) break;
    if (matches(item)) found.push(item);
  }
  return found;
}

/** The first times of [from, to). */
function timesBetween(text: string, zone: string, from: number, to: number): number[] {
  const times = nextTimes(parseScheduleExpression(text), zone, from - 1, MOST);
  return times.filter((time) => time < to);
}

interface Minute {
  at: number;
  wall: WallMinute;
}

/** Every minute between as `Intl` says that a clock of the zone shows it, without those that it shows once more. */
function shownMinutes(zone: string, from: number, to: number): Minute[] {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  // A day before the window, to know what its first minutes repeat.
  const count = (to - from + DAY_MS) / MINUTE_MS;
  const minutes = Array.from({ length: count }, (_, index) => {
    const at = from - DAY_MS + index * MINUTE_MS;
    const numbers = format.format(at).split(/\D+/).map(Number);
    const [day = 0, month = 0, year = 0, hour = 0, minute = 0] = numbers;
    return { at, wall: { year, month, day, hour, minute } };
  });
  const shown = new Set<string>();
  return minutes.filter(({ at, wall }) => {
    const text = Object.values(wall).join(' ');
    const isFirst = !shown.has(text);
    shown.add(text);
    return isFirst && at >= from;
  });
}

function utcMinute(at: number): WallMinute {
  const date = new Date(at);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}

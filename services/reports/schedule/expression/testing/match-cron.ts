/** What a clock shows; months from 1. */
export interface WallMinute {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const WEEKDAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');

/** Whether `cron(…)` runs at a minute, told from its text alone by another way than the one that is tested. */
export function matchesCron(text: string, at: WallMinute): boolean {
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = text
    .slice('cron('.length, -1)
    .split(' ');
  return (
    matchesList(minutes, at.minute, 59) &&
    matchesList(hours, at.hour, 23) &&
    matchesList(named(month, MONTHS), at.month, 12, 1) &&
    matchesList(year, at.year, 2199, 1970) &&
    (dayOfMonth === '?' || matchesDayOfMonth(dayOfMonth, at)) &&
    (dayOfWeek === '?' || matchesDayOfWeek(named(dayOfWeek, WEEKDAYS), at))
  );
}

function named(field: string, names: readonly string[]): string {
  return names.reduce((text, name, index) => text.replaceAll(name, `${index + 1}`), field);
}

function matchesList(field: string, value: number, last: number, first = 0): boolean {
  return field.split(',').some((item) => {
    const [range = '', step] = item.split('/');
    const [from = '', to] = range === '*' ? [`${first}`, `${last}`] : range.split('-');
    const end = to ?? (step === undefined ? from : `${last}`);
    return (
      value >= Number(from) &&
      value <= Number(end) &&
      (value - Number(from)) % Number(step ?? 1) === 0
    );
  });
}

function matchesDayOfMonth(field: string, at: WallMinute): boolean {
  const last = daysIn(at);
  if (field === 'L') return at.day === last;
  if (field === 'LW') return at.day === nearestWeekday(at, last);
  if (field.endsWith('W')) {
    const day = Number(field.slice(0, -1));
    return day <= last && at.day === nearestWeekday(at, day);
  }
  return matchesList(field, at.day, 31, 1);
}

function matchesDayOfWeek(field: string, at: WallMinute): boolean {
  const weekday = weekdayOf(at, at.day);
  if (field === 'L') return weekday === 7;
  if (field.endsWith('L')) return weekday === Number(field[0]) && at.day + 7 > daysIn(at);
  if (field.includes('#')) {
    return weekday === Number(field[0]) && Math.ceil(at.day / 7) === Number(field[2]);
  }
  return matchesList(field, weekday, 7, 1);
}

/** From 1 for Sunday. */
function weekdayOf({ year, month }: WallMinute, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function daysIn({ year, month }: WallMinute): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Of the same month. */
function nearestWeekday(at: WallMinute, day: number): number {
  const near = [0, -1, 1, -2, 2].map((away) => day + away);
  const isWeekday = (other: number) => ![1, 7].includes(weekdayOf(at, other));
  return near.find((other) => other >= 1 && other <= daysIn(at) && isWeekday(other)) ?? day;
}

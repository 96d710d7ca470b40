const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const WEEKDAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');

/** A `cron(…)` of any shape; with `everyDay`, one that often meets the hours in which clocks change. */
export function randomCron(random: () => number, { everyDay }: { everyDay: boolean }): string {
  const number = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const oneOf = (choices: readonly (() => string)[]) =>
    choices[number(0, choices.length - 1)]?.() ?? '';
  const list = (from: number, to: number, name = (value: number) => `${value}`) =>
    Array.from({ length: number(1, 3) }, () => name(number(from, to))).join(',');
  const range = (from: number, to: number, name = (value: number) => `${value}`) => {
    const first = number(from, to);
    return `${name(first)}-${name(number(first, to))}`;
  };
  const step = (from: number, to: number) => `/${number(1, to - from)}`;
  const usual = (from: number, to: number) => [
    () => '*',
    () => list(from, to),
    () => range(from, to),
    () => `${number(from, to)}${step(from, to)}`,
    () => `*${step(from, to)}`,
    () => `${range(from, to)}${step(from, to)}`,
    () => `${range(from, to)},${number(from, to)}`,
  ];
  const month = (value: number) => MONTHS[value - 1] ?? '';
  const weekday = (value: number) => WEEKDAYS[value - 1] ?? '';
  const daysOfMonth = [
    ...usual(1, 31),
    () => 'L',
    () => 'LW',
    () => `${number(1, 31)}W`,
    () => `${number(1, 31)}W`,
  ];
  const daysOfWeek = [
    () => '*',
    () => 'L',
    () => list(1, 7),
    () => list(1, 7, weekday),
    () => range(1, 7),
    () => range(1, 7, weekday),
    () => `${number(1, 7)}L`,
    () => `${number(1, 7)}#${number(1, 5)}`,
  ];
  const days = everyDay
    ? '* * ?'
    : random() < 0.5
      ? `${oneOf(daysOfMonth)} ${oneOf([() => '*', ...usual(1, 12), () => list(1, 12, month)])} ?`
      : `? ${oneOf([() => '*', ...usual(1, 12), () => range(1, 12, month)])} ${oneOf(daysOfWeek)}`;
  const years = oneOf([
    () => '*',
    () => '*',
    () => list(2024, 2027),
    () => range(2024, 2030),
    () => '*/2',
  ]);
  const hours = everyDay
    ? oneOf([() => '*', () => '0-4', () => `${number(0, 3)}`])
    : oneOf(usual(0, 23));
  return `cron(${oneOf(usual(0, 59))} ${hours} ${days} ${years})`;
}

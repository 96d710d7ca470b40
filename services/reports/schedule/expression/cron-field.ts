import { InvalidScheduleExpression } from './invalid-schedule-expression.ts';

interface FieldRule {
  first: number;
  last: number;
  /** The name of `first`, and those that follow it. */
  names?: readonly string[];
  example: string;
}

const FIELDS = {
  minutes: { first: 0, last: 59, example: '0, 0,30 or 0/15' },
  hours: { first: 0, last: 23, example: '8, 8,20, 8-17 or 0/6' },
  'day-of-month': { first: 1, last: 31, example: '1, 1,15, 1-7 or L' },
  month: {
    first: 1,
    last: 12,
    names: 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' '),
    example: '1, JAN, JAN,JUL or 4-9',
  },
  'day-of-week': {
    first: 1,
    last: 7,
    names: 'SUN MON TUE WED THU FRI SAT'.split(' '),
    example: 'MON-FRI, SUN, 2,4 or 6L (1 is Sunday and 7 is Saturday)',
  },
  year: { first: 1970, last: 2199, example: '*, 2027 or 2027-2029' },
} as const satisfies Record<string, FieldRule>;

export type CronFieldName = keyof typeof FIELDS;

/** A list of values, ranges and steps in the dialect of croner: steps with a range, numbers instead of names. */
export function readCronField(name: CronFieldName, text: string): string {
  const rule: FieldRule = FIELDS[name];
  if (text === '*') return name === 'year' ? `${rule.first}-${rule.last}` : '*';
  return text
    .split(',')
    .map((item) => readItem(name, rule, item))
    .join(',');
}

function readItem(name: CronFieldName, rule: FieldRule, item: string): string {
  const [range = '', step, ...more] = item.split('/');
  if (more.length > 0) throw fault(name, rule, `"${item}" has more than one /`);
  if (range === '*' && step === undefined) {
    throw fault(name, rule, '* stands alone, not in a list');
  }
  const [from, to] = range === '*' ? [rule.first, rule.last] : readRange(name, rule, range);
  if (step === undefined) return from === to ? `${from}` : `${from}-${to ?? from}`;

  const size = rule.last - rule.first + 1;
  if (!/^[1-9]\d{0,3}$/.test(step) || Number(step) >= size) {
    throw fault(name, rule, `the step "${step}" is not a number from 1 to ${size - 1}`);
  }
  return `${from}-${to ?? rule.last}/${step}`;
}

/** First and last; the last is undefined where only one value is given. */
function readRange(name: CronFieldName, rule: FieldRule, range: string): [number, number?] {
  const [first = '', last, ...more] = range.split('-');
  if (more.length > 0) throw fault(name, rule, `"${range}" has more than one -`);
  const from = readValue(name, rule, first);
  if (last === undefined) return [from];
  const to = readValue(name, rule, last);
  if (from > to) {
    throw fault(name, rule, `the range "${range}" ends before it begins; split it in two`);
  }
  return [from, to];
}

function readValue(name: CronFieldName, rule: FieldRule, text: string): number {
  const index = rule.names?.indexOf(text) ?? -1;
  if (index >= 0) return rule.first + index;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= rule.first && value <= rule.last) return value;
  const names = rule.names === undefined ? '' : ` or ${rule.names[0]} to ${rule.names.at(-1)}`;
  throw fault(name, rule, `"${text}" is not from ${rule.first} to ${rule.last}${names}`);
}

function fault(name: CronFieldName, { example }: FieldRule, what: string) {
  return new InvalidScheduleExpression(
    `In the field ${name}, ${what}: write for example ${example}.`,
  );
}

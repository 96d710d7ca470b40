import { expect, it } from 'vitest';
import { searchedText } from './searched-text.ts';

const ID = '01M82SAGADP5YPMY44QHNM8JFJ';

it.each([
  ['Order 6GWCB0AR', '6GWCB0AR'],
  ['order\u00a06gwcb0ar', '6gwcb0ar'],
  ['#6GWCB0AR', '6GWCB0AR'],
  [' Order  # 6GWC B0AR ', '6GWCB0AR'],
  ['6GWC B0AR', '6GWCB0AR'],
  ['#6GW', '6GW'],
  [`Order ${ID}`, ID],
  [`${ID.slice(0, 10)} ${ID.slice(10)}`, ID],
])('“%s” is a search for an order’s number: %s', (typed, searched) => {
  expect(searchedText(typed)).toBe(searched);
});

it.each([
  'Order',
  'Order Smith',
  'Ada Lovelace',
  'Adam Beck',
  'ada@example.com',
  '#',
  '',
  '6GWCB0AR',
])('“%s” is searched for as it is', (typed) => {
  expect(searchedText(typed)).toBe(typed);
});

import type { Product } from '@ordercast/contract/product.ts';
import { expect, it } from 'vitest';
import { findProducts } from './find-products.ts';

const product = (name: string, category: string): Product => ({
  id: name,
  name,
  category,
  unitPrice: 100,
  currency: 'EUR',
});
const products = [
  product('Tea lover’s box', 'Gifts'),
  product('Crème brûlée', 'Sweets'),
  product('Weiß-Tee', 'Tea'),
];

it.each([
  ["tea lover's", ['Tea lover’s box']],
  ['LOVER’S  BOX', ['Tea lover’s box']],
  ['creme bru', ['Crème brûlée']],
  ['weiss‐tee', ['Weiß-Tee']],
  ['gifts', ['Tea lover’s box']],
  ['tea', ['Tea lover’s box', 'Weiß-Tee']],
  ['\u200b ', ['Tea lover’s box', 'Crème brûlée', 'Weiß-Tee']],
  ['coffee', []],
])('what is typed as %j finds %j', (typed, names) => {
  expect(findProducts(products, typed).map(({ name }) => name)).toEqual(names);
});

import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { expect, it } from 'vitest';
import { outside, overlaps } from './testing/overlaps.ts';
import { printed } from './testing/printed.ts';
import { randomDocument } from './testing/random-document.ts';

const SEEDS = Array.from({ length: 30 }, (_, seed) => seed + 1);
const MARGIN = 46;

it.each(SEEDS)('no text lies on another or leaves its page: document %i', async (seed) => {
  const { pages } = await printed(randomDocument(seededRandom(seed)));
  expect(pages.flatMap(overlaps)).toEqual([]);
  expect(pages.flatMap((page) => outside(page, MARGIN))).toEqual([]);
  expect(pages.flatMap(({ texts }) => texts).length).toBeGreaterThan(3);
});

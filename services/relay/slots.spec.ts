import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSlots } from './slots.ts';

describe('slots', () => {
  it('let so much work run at once, the rest in the order in which it came, failures or not', async () => {
    const inSlot = createSlots(2);
    const begun: number[] = [];
    const works = [0, 1, 2, 3, 4].map(() => Promise.withResolvers<string>());
    const results = works.map(({ promise }, index) =>
      inSlot(() => {
        begun.push(index);
        return promise;
      }).catch(() => 'failed'),
    );
    expect(begun).toEqual([0, 1]);
    works[1]?.reject(new Error('throttled'));
    await nextTurn();
    expect(begun).toEqual([0, 1, 2]);
    works[2]?.resolve('done');
    works[0]?.resolve('done');
    await nextTurn();
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    works[3]?.resolve('done');
    works[4]?.resolve('done');
    expect(await Promise.all(results)).toEqual(['done', 'failed', 'done', 'done', 'done']);
  });
});

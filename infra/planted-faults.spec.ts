import { describe, expect, it } from 'vitest';
import { findingsIn } from './rules/rules.ts';
import { judged } from './testing/assembly.ts';
import { PLANTED_FAULTS } from './testing/planted-faults.ts';

describe('the rules of our own', () => {
  it('find nothing wrong with any stage', () => {
    expect(findingsIn(judged('dev'))).toEqual(new Map());
    expect(findingsIn(judged('prod'))).toEqual(new Map());
  });

  it.each(PLANTED_FAULTS)('find that $name', ({ stage, plant }) => {
    const planted = judged(stage);
    plant(planted);

    expect(findingsIn(planted)).not.toEqual(new Map());
  });

  it('are at least fifty times put to the test, each fault another', () => {
    const names = PLANTED_FAULTS.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(50);
  });
});

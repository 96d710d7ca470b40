import { expect, it } from 'vitest';
import { memoryPositions, storagePositions } from './positions.ts';

function storage() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
}

it('gives back what was saved for the channel', () => {
  for (const positions of [memoryPositions(), storagePositions(storage(), 'ada')]) {
    expect(positions.load('orders')).toBeUndefined();
    positions.save('orders', 'e.7');
    positions.save('reports', 'e.8');
    expect(positions.load('orders')).toBe('e.7');
  }
});

it('never gives one user the position of another', () => {
  const shared = storage();
  storagePositions(shared, 'ada').save(':orders', 'e.7');
  storagePositions(shared, 'ada:').save('orders', 'e.8');
  expect(storagePositions(shared, 'grace').load(':orders')).toBeUndefined();
  expect(storagePositions(shared, 'ada').load('orders')).toBeUndefined();
  expect(storagePositions(shared, 'ada').load(':orders')).toBe('e.7');
});

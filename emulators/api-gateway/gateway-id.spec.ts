import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { expect, test } from 'vitest';
import { createIdSource, isConnectionId } from './gateway-id.ts';

test('ids have the form of API Gateway’s: eleven bytes in URL-safe base64', () => {
  const makeId = createIdSource(seededRandom(1));
  for (let count = 0; count < 1_000; count += 1) {
    const id = makeId();
    expect(id).toMatch(/^[\w-]{15}=$/);
    const bytes = Buffer.from(id, 'base64url');
    expect(bytes).toHaveLength(11);
    expect(`${bytes.toString('base64url')}=`).toBe(id);
  }
});

test('no id comes twice, even where every random number is the same', () => {
  const makeId = createIdSource(() => 0.999_999);
  const ids = new Set(Array.from({ length: 10_000 }, makeId));
  expect(ids.size).toBe(10_000);
});

test('a real id is known by its form, and nothing else is', () => {
  for (const id of ['L0SM9cOFvHcCIhw=', 'H111mc0HywMCEEf=', 'Zvo-AG-iiYcFnLQ=']) {
    expect(isConnectionId(id)).toBe(true);
  }
  for (const id of ['', 'nope', 'WDGT8fY4joECJrQ=test', 'L0SM9cOFvHcCIhw', 'L0SM9cOFvHc/Ihw=']) {
    expect(isConnectionId(id)).toBe(false);
  }
});

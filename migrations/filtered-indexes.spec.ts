import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectedSchema } from './schema/expected-schema.ts';
import { loadSteps } from './step/load-steps.ts';

it('the column of the predicate of each filtered index lies in the index', async () => {
  const steps = await loadSteps(join(import.meta.dirname, 'versions'));
  const filtered = [...expectedSchema(steps).tables.values()]
    .flatMap(({ indexes }) => indexes)
    .filter(({ filter }) => filter !== undefined);
  expect(filtered.length).toBeGreaterThan(2);
  for (const { name, columns, include, filter } of filtered) {
    const [column] = (filter ?? '').split(' ');
    expect([name, ...columns.map((one) => one.name), ...include]).toContain(column);
  }
});

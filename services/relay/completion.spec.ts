import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestDatabase } from '../testing/test-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { WRITTEN_AT, createTestOutbox } from '../testing/test-outbox.ts';
import type { TestOutbox } from '../testing/test-outbox.ts';
import { createCompletion } from './completion.ts';

let database: TestDatabase;
let outbox: TestOutbox;
beforeEach(async () => {
  database = await openTestDatabase();
  outbox = createTestOutbox(database.db);
});
afterEach(() => database.close());

/** Marks rows in a database that fails as often as told; `goesOn` says whether to try again then. */
function start(failures: number, goesOn: boolean) {
  let left = failures;
  const retriesMs: number[] = [];
  const completed: string[] = [];
  const completion = createCompletion({
    database: database.db,
    clock: () => WRITTEN_AT,
    random: () => 1,
    beforeComplete: () => {
      left -= 1;
      return left < 0 ? Promise.resolve() : Promise.reject(new Error('busy'));
    },
    onCompleted: (ids) => completed.push(...ids),
    onFailure: () => undefined,
    retryAfter: (ms) => {
      retriesMs.push(ms);
      return Promise.resolve(goesOn);
    },
  });
  return { completion, retriesMs, completed };
}

const finished = (id: string) => ({ id, abandonedBecause: undefined });

describe('the completion of rows', () => {
  it('tries again, after longer and longer pauses, until the database takes the marks', async () => {
    const [first, second] = [await outbox.append(['all']), await outbox.append(['all'])];
    const { completion, retriesMs, completed } = start(8, true);
    completion.add(finished(first));
    completion.add(finished(second));
    await completion.flushed();
    expect(await outbox.waiting()).toEqual([]);
    expect(completed).toEqual([first, second]);
    expect(retriesMs).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  it('leaves rows to the next leader once it shall not try again', async () => {
    const [first, second] = [await outbox.append(['all']), await outbox.append(['all'])];
    const { completion, completed } = start(1, false);
    completion.add(finished(first));
    await completion.flushed();
    completion.add(finished(second));
    await completion.flushed();
    expect(await outbox.waiting()).toEqual([first, second]);
    expect(completed).toEqual([]);
  });

  it('marks what finishes while it marks', async () => {
    const [first, second] = [await outbox.append(['all']), await outbox.append(['all'])];
    const { completion } = start(0, true);
    completion.add(finished(first));
    await Promise.resolve();
    completion.add(finished(second));
    await completion.flushed();
    expect(await outbox.waiting()).toEqual([]);
  });
});

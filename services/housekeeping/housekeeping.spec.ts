import { setImmediate as nextTurn } from 'node:timers/promises';
import { createLogger } from '@ordercast/platform/logger.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { describe, expect, it } from 'vitest';
import { startHousekeeping } from './housekeeping.ts';
import type { HousekeepingTask } from './housekeeping.ts';

const TEN_MINUTES_MS = 600_000;

function start(tasks: Readonly<Record<string, HousekeepingTask>>) {
  const waits = new ManualWaits();
  const logged: string[] = [];
  const log = createLogger('test', { destination: { write: (line) => void logged.push(line) } });
  const housekeeping = startHousekeeping({ tasks, log, wait: waits.wait });
  return { housekeeping, waits, logged };
}

/** A task whose batches a test lets end, one by one. */
function heldTask() {
  const batches: PromiseWithResolvers<number>[] = [];
  const task: HousekeepingTask = () => {
    const batch = Promise.withResolvers<number>();
    batches.push(batch);
    return batch.promise;
  };
  return { task, batches };
}

describe('housekeeping', () => {
  it('runs each task until nothing is left, and all of them again ten minutes later', async () => {
    const left = { keys: [200, 200, 7], rows: [1] };
    const runs: string[] = [];
    const batchOf = (name: keyof typeof left) => () => {
      runs.push(name);
      return Promise.resolve(left[name].shift() ?? 0);
    };
    const { waits, logged } = start({ keys: batchOf('keys'), rows: batchOf('rows') });
    await nextTurn();
    expect(waits.pendingMs).toEqual([TEN_MINUTES_MS]);
    expect(runs).toEqual(['keys', 'keys', 'keys', 'keys', 'rows', 'rows']);
    expect(logged.join('')).toContain('"rows":407');
    waits.ring();
    await nextTurn();
    expect(runs.slice(6)).toEqual(['keys', 'rows']);
  });

  it('goes on with the next task where one fails, and tries that again in its next turn', async () => {
    const runs: string[] = [];
    const { waits, logged } = start({
      keys: () => {
        runs.push('keys');
        return Promise.reject(new Error('deadlock'));
      },
      rows: () => {
        runs.push('rows');
        return Promise.resolve(0);
      },
    });
    await nextTurn();
    waits.ring();
    await nextTurn();
    expect(runs).toEqual(['keys', 'rows', 'keys', 'rows']);
    expect(logged.filter((line) => line.includes('cannot clean up'))).toHaveLength(2);
  });

  it('leaves a task that never ends after a thousand batches, for the others to have their turn', async () => {
    let batches = 0;
    let others = 0;
    start({
      endless: () => Promise.resolve((batches += 1)),
      other: () => Promise.resolve((others += 1) && 0),
    });
    await nextTurn();
    expect(batches).toBe(1_000);
    expect(others).toBe(1);
  });

  it('stops when the batch in hand is done, and begins nothing after it', async () => {
    const first = heldTask();
    const second = heldTask();
    const { housekeeping, waits } = start({ first: first.task, second: second.task });
    const state = { isStopped: false };
    const stopped = housekeeping.stop().then(() => (state.isStopped = true));
    await nextTurn();
    expect(state.isStopped).toBe(false);
    first.batches[0]?.resolve(200);
    await nextTurn();
    expect(first.batches).toHaveLength(1);
    expect(second.batches).toHaveLength(0);
    expect(waits.pendingMs).toEqual([]);
    await stopped;
  });

  it('stops at once between two turns', async () => {
    let runs = 0;
    const { housekeeping, waits } = start({ keys: () => Promise.resolve((runs += 1) && 0) });
    await nextTurn();
    expect(waits.pendingMs).toHaveLength(1);
    const stopped = housekeeping.stop();
    await nextTurn();
    expect(waits.pendingMs).toEqual([]);
    await stopped;
    expect(runs).toBe(1);
  });
});

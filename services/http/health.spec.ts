import { setImmediate as nextTurn } from 'node:timers/promises';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import { describe, expect, it } from 'vitest';
import { readiness } from './health.ts';

const up = () => Promise.resolve(true);
const hanging = () => new Promise<boolean>(() => undefined);
/** What has come by the next turn of the event loop. */
const soon = <Value>(value: Promise<Value>) =>
  Promise.race([value, nextTurn('still waiting' as const)]);

describe('readiness', () => {
  it('waits three seconds for each dependency, and calls down what has not answered by then', async () => {
    const waits = new ManualWaits();
    const probes = { database: hanging, signingKeys: up, mail: hanging };
    const answer = readiness(probes, false, waits.wait);
    expect(await soon(answer)).toBe('still waiting');
    expect(waits.askedMs).toEqual([3_000, 3_000, 3_000]);
    waits.ring();
    expect(await soon(answer)).toEqual({
      status: 503,
      body: {
        status: 'not ready',
        dependencies: { database: 'down', signingKeys: 'up', mail: 'down' },
      },
    });
  });

  it('takes an answer up to the last moment, and leaves no timer behind', async () => {
    const waits = new ManualWaits();
    const database = Promise.withResolvers<boolean>();
    const answer = readiness({ database: () => database.promise }, false, waits.wait);
    expect(await soon(answer)).toBe('still waiting');
    database.resolve(true);
    expect(await soon(answer)).toMatchObject({ status: 200, body: { status: 'ready' } });
    expect(waits.pendingMs).toEqual([]);
  });

  it('calls down what fails or says so, one beside the other', async () => {
    const probes = {
      database: () => Promise.reject(new Error('refused')),
      signingKeys: () => Promise.resolve(false),
      mail: up,
    };
    expect(await readiness(probes, false, new ManualWaits().wait)).toMatchObject({
      status: 503,
      body: { dependencies: { database: 'down', signingKeys: 'down', mail: 'up' } },
    });
  });

  it('says why something is down, where that is known', async () => {
    const userPool = () => Promise.resolve('its disk is full');
    const probes = { database: up, signingKeys: () => Promise.resolve(false), userPool };
    expect(await readiness(probes, false, new ManualWaits().wait)).toEqual({
      status: 503,
      body: {
        status: 'not ready',
        dependencies: { database: 'up', signingKeys: 'down', userPool: 'down' },
        reasons: { userPool: 'its disk is full' },
      },
    });
  });

  it('is refused by a process that drains, whose dependencies are shown all the same', async () => {
    expect(await readiness({ database: up }, true, new ManualWaits().wait)).toEqual({
      status: 503,
      body: { status: 'draining', dependencies: { database: 'up' } },
    });
  });
});

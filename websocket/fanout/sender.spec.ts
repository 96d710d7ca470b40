import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualTimers } from '../client/testing/manual-timers.ts';
import { startEndpoint } from '../testing/running-endpoint.ts';
import { SignedConnectionClient } from './signed-connection-client.ts';
import type { SenderLimits, SenderOptions } from './sender.ts';
import { Sender, SENDER_LIMITS } from './sender.ts';

/** Its time stands still unless the test moves it, and retries follow at once. */
function makeSender(
  limits: Partial<SenderLimits> = {},
  changed: Partial<Omit<SenderOptions, 'client' | 'limits'>> = {},
): Sender {
  const client = new SignedConnectionClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxSockets: 64,
    logger: { warn: () => undefined },
  });
  onTestFinished(() => client.destroy());
  return new Sender({
    client,
    limits: { ...SENDER_LIMITS, ...limits },
    clock: () => 0,
    random: seededRandom(1),
    wait: () => Promise.resolve(),
    setTimer: new ManualTimers().setTimer,
    ...changed,
  });
}

describe('Sender', () => {
  it('posts the text as it is', async () => {
    const { endpoint, calls } = await startEndpoint();
    expect(await makeSender().send(endpoint, 'one', '{"text":"größer"}')).toBe('delivered');
    expect(calls).toEqual([{ method: 'POST', connectionId: 'one', body: '{"text":"größer"}' }]);
  });

  it('says that a connection is gone, without trying again', async () => {
    const { endpoint, calls, decide } = await startEndpoint();
    decide(() => 410);
    expect(await makeSender().send(endpoint, 'one', 'x')).toBe('gone');
    expect(calls).toHaveLength(1);
  });

  it('tries a throttled connection again until it takes the frame', async () => {
    const { endpoint, calls, decide } = await startEndpoint();
    decide(() => (calls.length < 4 ? 429 : 200));
    expect(await makeSender().send(endpoint, 'one', 'x')).toBe('delivered');
    expect(calls).toHaveLength(4);
  });

  it('skips a connection that stays throttled when the window is over', async () => {
    const { endpoint, calls, decide } = await startEndpoint();
    let now = 0;
    const sender = makeSender({ throttleWindowMs: 1_000 }, { clock: () => now });
    decide(() => {
      if (calls.length === 5) now = 2_000;
      return 429;
    });
    expect(await sender.send(endpoint, 'one', 'x')).toBe('skipped');
    expect(calls).toHaveLength(5);
  });

  it.each([
    [0, [0, 0, 0, 0, 0, 0, 0]],
    [0.5, [10, 20, 40, 80, 160, 250, 250]],
    [1, [20, 40, 80, 160, 320, 500, 500]],
  ])('waits longer before each retry, by chance at %s of the most', async (chance, expected) => {
    const { endpoint, calls, decide } = await startEndpoint();
    const waits: number[] = [];
    const sender = makeSender(
      {},
      {
        random: () => chance,
        wait: (ms) => {
          waits.push(ms);
          return Promise.resolve();
        },
      },
    );
    decide(() => (calls.length <= expected.length ? 429 : 200));
    expect(await sender.send(endpoint, 'one', 'x')).toBe('delivered');
    expect(waits).toEqual(expected);
  });

  it.each(['cut', 500] as const)('tries once more after %s, then skips', async (answer) => {
    const { endpoint, calls, decide } = await startEndpoint();
    decide(() => (calls.length === 1 ? answer : 200));
    expect(await makeSender().send(endpoint, 'one', 'x')).toBe('delivered');
    decide(() => answer);
    expect(await makeSender().send(endpoint, 'one', 'x')).toBe('skipped');
    expect(calls).toHaveLength(4);
  });

  it('skips a host that cannot be reached', async () => {
    expect(await makeSender().send('http://127.0.0.1:1/realtime', 'one', 'x')).toBe('skipped');
  });

  it('keeps to its number of posts at once, over kept sockets', async () => {
    const { endpoint, mostAtOnce, sockets } = await startEndpoint();
    const sender = makeSender({ concurrency: 4 });
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => sender.send(endpoint, `c${index}`, 'x')),
    );
    expect(mostAtOnce()).toBeLessThanOrEqual(4);
    expect(sockets()).toBeLessThanOrEqual(8);
  });

  it('ends a connection at last, since nobody else will', async () => {
    const { endpoint, calls, decide } = await startEndpoint();
    decide(() => (calls.length < 4 ? 500 : 200));
    await makeSender().close(endpoint, 'one');
    expect(calls.map(({ method }) => method)).toEqual(['DELETE', 'DELETE', 'DELETE', 'DELETE']);
  });

  it.each([
    ['has failed ten times', 0, 10],
    ['is tried for ten seconds', 4_000, 3],
  ])('gives up the end of a connection that %s', async (_when, callMs, tries) => {
    const { endpoint, calls, decide } = await startEndpoint();
    let now = 0;
    decide(() => {
      now += callMs;
      return 500;
    });
    await makeSender({}, { clock: () => now }).close(endpoint, 'one');
    expect(calls).toHaveLength(tries);
  });

  it('ends a connection', async () => {
    const { endpoint, calls } = await startEndpoint();
    await makeSender().close(endpoint, 'one');
    expect(calls).toMatchObject([{ method: 'DELETE', connectionId: 'one' }]);
  });
});

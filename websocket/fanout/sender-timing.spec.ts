import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ManualTimers } from '../client/testing/manual-timers.ts';
import type { PostResult } from './connection-client.ts';
import type { SenderLimits } from './sender.ts';
import { Sender, SENDER_LIMITS } from './sender.ts';

const { deadlineMs, slowAfterMs, lateAfterMs } = SENDER_LIMITS;

/** A sender whose time only the test moves, and whose posts only the test answers. */
function makeBed(limits: Partial<SenderLimits> = {}) {
  const timers = new ManualTimers();
  const posts: { to: string; signal: AbortSignal; answer: (result: PostResult) => void }[] = [];
  const post = (to: string, signal: AbortSignal): Promise<PostResult> => {
    const { promise, resolve: answer } = Promise.withResolvers<PostResult>();
    posts.push({ to, signal, answer });
    return promise;
  };
  const sender = new Sender({
    client: {
      post: (_endpoint, connectionId, _data, signal) => post(connectionId, signal),
      close: (_endpoint, connectionId, signal) => post(`end of ${connectionId}`, signal),
    },
    limits: { ...SENDER_LIMITS, ...limits },
    clock: timers.clock,
    random: () => 0,
    wait: () => Promise.resolve(),
    setTimer: timers.setTimer,
  });
  const send = (id: string, options?: Parameters<Sender['send']>[3]) =>
    sender.send('any', id, 'x', options);
  return {
    sender,
    send,
    timers,
    posts,
    answer: (index: number, result: PostResult) => posts[index]?.answer(result),
    /** Whom it has posted to, once it does nothing more by itself. */
    posted: async () => {
      await setImmediate();
      return posts.map(({ to }) => to);
    },
  };
}

describe('a post that hangs', () => {
  it('is given up at its deadline and its request ended, once more, then skipped', async () => {
    const { send, timers, posts, posted } = makeBed({ throttleWindowMs: 3 * deadlineMs });
    const sent = send('a');
    for (const attempt of [['a'], ['a', 'a']]) {
      expect(await posted()).toEqual(attempt);
      timers.advance(deadlineMs - 1);
      expect(posts.at(-1)?.signal.aborted).toBe(false);
      timers.advance(1);
      expect(posts.at(-1)?.signal.aborted).toBe(true);
    }
    expect(await sent).toBe('skipped');
    expect(timers.armed).toBe(0);
  });

  it('gives its slot to others while it goes on, and takes nothing from them when it ends', async () => {
    const { send, timers, answer, posted } = makeBed({ concurrency: 1 });
    const first = send('a');
    void send('b');
    void send('c');
    await posted();
    timers.advance(slowAfterMs - 1);
    expect(await posted()).toEqual(['a']);
    timers.advance(1);
    expect(await posted()).toEqual(['a', 'b']);
    answer(0, 'delivered');
    expect(await first).toBe('delivered');
    expect(await posted()).toEqual(['a', 'b']);
    answer(1, 'delivered');
    expect(await posted()).toEqual(['a', 'b', 'c']);
  });

  it('keeps its slot where as many as may go on without one, until one of those has ended', async () => {
    const { send, timers, answer, posted } = makeBed({ concurrency: 1, maxSlow: 1 });
    for (const id of ['a', 'b', 'c', 'd']) void send(id);
    await posted();
    timers.advance(slowAfterMs);
    await posted();
    timers.advance(slowAfterMs);
    expect(await posted()).toEqual(['a', 'b']);
    answer(0, 'delivered');
    answer(1, 'delivered');
    expect(await posted()).toEqual(['a', 'b', 'c']);
    timers.advance(slowAfterMs);
    expect(await posted()).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a post that has ended', () => {
  it('leaves no timer behind, and gives back its slot only once', async () => {
    const { send, timers, answer, posted } = makeBed({ concurrency: 1 });
    const sent = send('a', { onLate: () => undefined });
    await posted();
    answer(0, 'delivered');
    expect(await sent).toBe('delivered');
    expect(timers.armed).toBe(0);
    timers.advance(deadlineMs);
    for (const id of ['b', 'c']) void send(id);
    expect(await posted()).toEqual(['a', 'b']);
  });
});

describe('a connection', () => {
  it('is late when it has taken nothing for so long since its first post, tried again or not', async () => {
    const { send, timers, answer, posted } = makeBed();
    let late = 0;
    const sent = send('a', { onLate: () => (late += 1) });
    await posted();
    timers.advance(lateAfterMs - 1);
    answer(0, 'throttled');
    expect(await posted()).toEqual(['a', 'a']);
    expect(late).toBe(0);
    timers.advance(1);
    expect(late).toBe(1);
    timers.advance(lateAfterMs);
    expect(late).toBe(1);
    answer(1, 'delivered');
    expect(await sent).toBe('delivered');
  });

  it('is not late while its post waits for a slot, nor once it has taken the frame', async () => {
    const { send, timers, answer, posted } = makeBed({ concurrency: 1, maxSlow: 0 });
    const late: string[] = [];
    const [first, second] = ['a', 'b'].map((id) => send(id, { onLate: () => late.push(id) }));
    await posted();
    timers.advance(lateAfterMs);
    expect(late).toEqual(['a']);
    answer(0, 'delivered');
    await first;
    expect(await posted()).toEqual(['a', 'b']);
    answer(1, 'delivered');
    await second;
    timers.advance(lateAfterMs);
    expect(late).toEqual(['a']);
  });

  it('that is late holds up others that are, and nobody else', async () => {
    const { send, answer, posted } = makeBed({ concurrency: 1 });
    void send('late', { isLate: true });
    void send('later', { isLate: true });
    void send('a');
    expect(await posted()).toEqual(['late', 'a']);
    answer(0, 'delivered');
    expect(await posted()).toEqual(['late', 'a', 'later']);
  });

  it('is ended by a slot of the late ones: frames for others wait for no end', async () => {
    const { sender, send, posted } = makeBed({ concurrency: 1 });
    void sender.close('any', 'a');
    void send('b');
    expect(await posted()).toEqual(['end of a', 'b']);
  });
});

import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ClientConnection } from './client-connection.ts';
import { DEFAULT_TIMINGS } from './environment.ts';
import type { RealtimeError } from './errors.ts';
import { TokenUnavailableError } from './errors.ts';
import type { AnswerFrame } from './frames.ts';
import { tokenExpiringAt } from './testing/client-under-test.ts';
import { ManualTimers } from './testing/manual-timers.ts';
import { startTokenRefresh } from './token-refresh.ts';
import type { TokenReason } from './token-source.ts';

const HOUR_MS = 3_600_000;
const FAILED = new TokenUnavailableError('token() failed.');

/** The refresh of a token with that life, on a connection whose answers are given by hand. */
function refreshing({ lifeMs = HOUR_MS, random = 0.5 } = {}) {
  const timers = new ManualTimers();
  const errors: RealtimeError[] = [];
  const refusals: RealtimeError[] = [];
  const asked: { reason: TokenReason; at: number; token: PromiseWithResolvers<string> }[] = [];
  const sent: { token: string; answer: (frame: AnswerFrame | undefined) => void }[] = [];
  const socket = { isOpen: true };
  const connection: ClientConnection = {
    get isOpen() {
      return socket.isOpen;
    },
    ask(question, _timeoutMs, answer) {
      if (question.action === 'authenticate') sent.push({ token: question.token, answer });
    },
    ping: () => undefined,
    close: () => (socket.isOpen = false),
  };
  const begun = timers.now;
  const getToken = (reason: TokenReason) => {
    const token = Promise.withResolvers<string>();
    asked.push({ reason, at: timers.now - begun, token });
    return token.promise;
  };
  const env = {
    setTimer: timers.setTimer,
    clock: timers.clock,
    random: () => random,
    timings: DEFAULT_TIMINGS,
    report: (error: RealtimeError) => void errors.push(error),
  };
  const issue = (name: string) => tokenExpiringAt(timers.now + lifeMs, name, timers.now);
  const first = issue('first');
  const refresh = startTokenRefresh(connection, first, getToken, env, (error) => {
    refusals.push(error);
  });
  const give = async (token: string | Error) => {
    const last = asked.at(-1)?.token;
    if (token instanceof Error) last?.reject(token);
    else last?.resolve(token);
    await turn();
  };
  const answer = async (frame: AnswerFrame | undefined) => {
    sent.at(-1)?.answer(frame);
    await turn();
  };
  const taken = () => answer({ type: 'authenticated', id: '1' });
  /** Runs the next timer, and says in how many ms it was due. */
  const next = () => {
    const ms = timers.nextInMs ?? 0;
    timers.advance(ms);
    return ms;
  };
  return {
    refresh,
    first,
    timers,
    errors,
    refusals,
    asked,
    sent,
    socket,
    issue,
    give,
    answer,
    taken,
    next,
  };
}

describe('a new token', () => {
  it.each([
    ['two minutes before the end', { lifeMs: HOUR_MS, random: 1 }, HOUR_MS - 120_000],
    ['at least half of that before', { lifeMs: HOUR_MS, random: 0 }, HOUR_MS - 60_000],
    ['a fifth of a short life before', { lifeMs: 300_000, random: 1 }, 240_000],
    ['at least a tenth of a short life before', { lifeMs: 300_000, random: 0 }, 270_000],
    ['never twice in one second', { lifeMs: 1_100, random: 1 }, 1_000],
  ])('is asked for %s', (_, how, atMs) => {
    const { timers, asked } = refreshing(how);
    timers.advance(atMs - 1);
    expect(asked).toEqual([]);
    timers.advance(1);
    expect(asked).toMatchObject([{ reason: 'expiring', at: atMs }]);
  });

  it('is asked for again in good time before its own end', async () => {
    const { timers, asked, sent, issue, give, taken, next } = refreshing({ random: 1 });
    expect(next()).toBe(HOUR_MS - 120_000);
    await give(issue('second'));
    await taken();
    expect(next()).toBe(HOUR_MS - 120_000);
    expect([asked.length, sent.length, timers.armed]).toEqual([2, 1, 0]);
  });

  it('is not sent where it is the one in use: the application is asked later', async () => {
    const { timers, asked, sent, issue, give, taken, next } = refreshing();
    next();
    const second = issue('second');
    await give(second);
    await taken();
    next();
    await give(second);
    expect([asked.length, sent.length, timers.armed]).toEqual([2, 1, 1]);
  });

  it('is fetched and sent once for all who ask meanwhile, and again after', async () => {
    const { refresh, asked, sent, issue, give, taken } = refreshing();
    const runs = [refresh.renew('refused'), refresh.renew('expiring')];
    await give(issue('second'));
    runs.push(refresh.renew('refused'));
    expect([asked.length, sent.length]).toEqual([1, 1]);
    await taken();
    expect(await Promise.all(runs)).toEqual([true, true, true]);
    void refresh.renew('refused');
    expect(asked).toHaveLength(2);
  });

  it('that fails is asked for ever more slowly, and after a success quickly again', async () => {
    const { errors, issue, give, taken, next } = refreshing();
    next();
    const waits: number[] = [];
    const failThrice = async () => {
      for (let time = 0; time < 3; time += 1) {
        await give(FAILED);
        waits.push(next());
      }
    };
    await failThrice();
    expect(waits).toEqual([750, 1000, 1500]);
    await give(issue('second'));
    await taken();
    next();
    await failThrice();
    expect(waits.slice(3)).toEqual([750, 1000, 1500]);
    expect(errors).toHaveLength(6);
  });

  it('that nobody answers is asked for again', async () => {
    const { asked, errors, issue, give, answer, next } = refreshing();
    next();
    await give(issue('second'));
    await answer(undefined);
    expect(errors).toMatchObject([{ name: 'AnswerTimeoutError' }]);
    expect(next()).toBe(750);
    expect(asked.map(({ reason }) => reason)).toEqual(['expiring', 'expiring']);
  });
});

describe('the refresh of a connection that has ended', () => {
  it('asks for no token and leaves no timer', () => {
    const { refresh, timers, socket } = refreshing();
    expect(timers.armed).toBe(1);
    socket.isOpen = false;
    refresh.stop();
    expect(timers.armed).toBe(0);
  });

  it('sends no token that comes late', async () => {
    const { refresh, timers, sent, socket, issue, give } = refreshing();
    const run = refresh.renew('refused');
    socket.isOpen = false;
    refresh.stop();
    await give(issue('second'));
    expect([sent.length, timers.armed]).toEqual([0, 0]);
    expect(await run).toBe(false);
  });

  it('neither repeats nor reports a failure that comes late', async () => {
    const { refresh, timers, errors, socket, give } = refreshing();
    const run = refresh.renew('refused');
    socket.isOpen = false;
    refresh.stop();
    await give(FAILED);
    expect([await run, timers.armed, errors]).toEqual([false, 0, []]);
  });
});

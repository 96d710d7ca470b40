import { describe, expect, it } from 'vitest';
import { SecretUnavailable } from '../secret-unavailable.ts';
import { LoginRefused } from './login-refused.ts';
import { ServerLogin } from './server-login.ts';
import type { Credentials } from './server-login.ts';

const HOUR_MS = 3_600_000;
const APP = { user: 'app', password: 'first' };

interface BedState {
  now: number;
  /** The server's. */
  password: string;
  /** The secret's; undefined: it cannot be read. */
  secret: string | undefined;
  /** Passwords that were tried. */
  logins: string[];
  reads: number;
  /** What each login meets before its password is looked at. */
  fault: Error | undefined;
}

/** A server that lets in whoever has its password, and a clock that the test moves. */
function makeBed({ random = 0.5, canRenew = true } = {}) {
  const state: BedState = {
    now: 0,
    password: 'first',
    secret: 'first',
    logins: [],
    reads: 0,
    fault: undefined,
  };
  const fetch = (): Promise<Credentials> => {
    state.reads += 1;
    return state.secret === undefined
      ? Promise.reject(new SecretUnavailable('no secret'))
      : Promise.resolve({ user: 'app', password: state.secret });
  };
  const login = new ServerLogin(APP, {
    ...(canRenew && { fetch }),
    clock: () => state.now,
    random: () => random,
  });
  const connect = (): Promise<string> =>
    login.connect(({ password }) => {
      state.logins.push(password);
      if (state.fault !== undefined) return Promise.reject(state.fault);
      return password === state.password ? Promise.resolve('connected') : Promise.reject(refusal());
    });
  return { state, login, connect };
}

const refusal = () => new LoginRefused(new Error('Login failed.'), { number: 18456, state: 1 });

const failure = (work: Promise<unknown>) => work.catch((reason: unknown) => reason);

describe('a login that is refused', () => {
  it.each([
    ['the least chance', 0, 29],
    ['the most chance', 0.999_999, 17],
  ])(
    'is tried at most 29 times in an hour, and 9 in its first ten minutes, in which it is wanted every tenth of a second: with %s',
    async (_name, random, expected) => {
      const { state, connect } = makeBed({ random });
      state.password = 'nobody knows';
      const triedAt: number[] = [];
      for (; state.now < HOUR_MS; state.now += 100) {
        expect(await failure(connect())).toHaveProperty('number', 18456);
        if (state.logins.length > triedAt.length) triedAt.push(state.now);
      }
      expect(triedAt.filter((at) => at < HOUR_MS / 6).length).toBeLessThanOrEqual(9);
      expect(state.logins).toHaveLength(expected);
      expect(state.reads).toBe(expected);
    },
  );

  it('is tried once where many want it at once, and is refused to them all', async () => {
    const { state, connect } = makeBed();
    state.password = 'nobody knows';
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => failure(connect())));
    for (const outcome of outcomes) expect(outcome).toBeInstanceOf(LoginRefused);
    expect(state.logins).toEqual(['first']);
  });

  it('is tried with the new password at once after a rotation, and parallel ones read it once', async () => {
    const { state, connect } = makeBed();
    await connect();
    state.password = 'second';
    state.secret = 'second';
    await Promise.all([connect(), connect(), connect()]);
    expect(state.reads).toBe(1);
    expect(state.logins.slice(4)).toEqual(['second', 'second', 'second']);
    await connect();
    expect(state.logins.slice(7)).toEqual(['second']);
  });

  it('is not repeated with what a parallel one has read meanwhile, unless that is another', async () => {
    const { state, login } = makeBed();
    await login.connect(() => Promise.resolve('connected'));
    state.secret = 'second';
    const late = Promise.withResolvers<string>();
    const tried: string[] = [];
    const slow = login.connect(({ password }) => {
      tried.push(password);
      return password === 'first' ? late.promise : Promise.resolve('connected');
    });
    const quick = login.connect(({ password }) =>
      password === 'first' ? Promise.reject(refusal()) : Promise.resolve('connected'),
    );
    expect(await quick).toBe('connected');
    late.reject(refusal());
    expect(await slow).toBe('connected');
    expect(tried).toEqual(['first', 'second']);
    expect(state.reads).toBe(1);
  });

  it('counts once where many were under way, and is tried by one alone afterwards', async () => {
    const { state, connect } = makeBed();
    await connect();
    state.password = 'nobody knows';
    await Promise.all(Array.from({ length: 20 }, () => failure(connect())));
    expect(state.logins).toHaveLength(21);
    // The first pause, not that of a twentieth refusal.
    state.now = 3_750;
    await Promise.all(Array.from({ length: 20 }, () => failure(connect())));
    expect(state.logins).toHaveLength(22);
  });

  it('keeps nobody out once a parallel one was let in', async () => {
    const { state, login, connect } = makeBed();
    await connect();
    const late = Promise.withResolvers<string>();
    const slow = login.connect(() => late.promise);
    expect(await failure(login.connect(() => Promise.reject(refusal())))).toHaveProperty('number');
    late.resolve('connected');
    expect(await slow).toBe('connected');
    expect(await connect()).toBe('connected');
    expect(state.now).toBe(0);
  });

  it('reads nothing where another password would not help, as for an account that is disabled', async () => {
    const { state, login } = makeBed();
    const disabled = new LoginRefused(new Error('Login failed.'), { number: 18470, state: 1 });
    expect(await failure(login.connect(() => Promise.reject(disabled)))).toBe(disabled);
    expect(state.reads).toBe(0);
  });

  it('works again soon after what refused it was put right, and often at once from then on', async () => {
    const { state, connect } = makeBed();
    state.password = 'second';
    await failure(connect());
    state.secret = 'second';
    state.now = 3_749;
    await failure(connect());
    expect(state.logins).toEqual(['first']);
    state.now = 3_750;
    expect(await Promise.all([connect(), connect()])).toEqual(['connected', 'connected']);
    state.password = 'third';
    await failure(connect());
    // The first pause again, not a longer one.
    state.password = 'second';
    state.now += 3_750;
    expect(await connect()).toBe('connected');
  });

  it('pauses also while the secret cannot be read', async () => {
    const { state, connect } = makeBed();
    state.password = 'second';
    state.secret = undefined;
    for (; state.now < 60_000; state.now += 100) {
      expect(await failure(connect())).toBeInstanceOf(SecretUnavailable);
    }
    expect(state.reads).toBe(5);
  });

  it('reads nothing where a URL holds the password', async () => {
    const { state, connect } = makeBed({ canRenew: false });
    state.password = 'second';
    expect(await failure(connect())).toHaveProperty('number', 18456);
    expect(state).toMatchObject({ reads: 0, logins: ['first'] });
  });
});

describe('a server that does not answer', () => {
  it('is tried whenever it is wanted, since nobody is locked out', async () => {
    const { state, connect } = makeBed();
    state.fault = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    for (let tries = 1; tries <= 5; tries += 1) await failure(connect());
    expect(state.logins).toHaveLength(5);
    state.fault = undefined;
    expect(await connect()).toBe('connected');
  });

  it('holds up those who wait for the first login no longer than that', async () => {
    const { state, connect } = makeBed();
    state.fault = Object.assign(new Error('slow'), { code: 'ETIMEOUT' });
    const outcomes = await Promise.all([failure(connect()), failure(connect())]);
    expect(outcomes).toEqual([state.fault, state.fault]);
    expect(state.logins).toHaveLength(1);
  });
});

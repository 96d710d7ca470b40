import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SUBPROTOCOL } from '@ordercast/protocol/limits.ts';
import { WebSocket, WebSocketServer } from 'ws';
import { DEFAULT_TIMINGS } from './environment.ts';
import type { NetworkSignal } from './realtime-client.ts';
import { SignedOutError } from './realtime-client.ts';
import {
  A_WHILE_MS,
  clientUnderTest,
  tokenExpiringAt,
  until,
} from './testing/client-under-test.ts';
import { ManualTimers } from './testing/manual-timers.ts';
import type { ServedModel } from './testing/model-server-socket.ts';
import type { TokenReason } from './token-source.ts';

/** Far enough away that a test may move the clock by hours in one step. */
const NO_PINGS = { pingEveryMs: 1e12 };
/** In the middle of the window, as the tests' random source has it. */
const RENEWAL_MS = (DEFAULT_TIMINGS.renewAfterMinMs + DEFAULT_TIMINGS.renewAfterMaxMs) / 2;

/** Tokens named after their number and the reason they were asked for. */
function countedTokens() {
  const reasons: TokenReason[] = [];
  const token = (reason: TokenReason) => {
    reasons.push(reason);
    return Promise.resolve(`token-${reasons.length}`);
  };
  return { reasons, token };
}

/** Completes handshakes and reads nothing after them; `sockets` are those that the clients hold open. */
async function mutedServer() {
  const sockets = new Set<Duplex>();
  const handshakes = new WebSocketServer({ noServer: true, handleProtocols: () => SUBPROTOCOL });
  const server = createHttpServer().on('upgrade', (request, socket, head) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    handshakes.handleUpgrade(request, socket, head, () => {
      // What comes in is thrown away, and only the end of the socket seen.
      socket.removeAllListeners('data');
      socket.on('data', () => undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return { sockets, url: `ws://127.0.0.1:${address.port}` };
}

describe('a handshake', () => {
  it('carries the token as a subprotocol, and neither URL nor error ever holds it', async () => {
    // A blank cannot stand in a subprotocol: the platform throws, and quotes it.
    const tokens = ['secret value', 'secret', 'secret'];
    const { client, model, errors, waitFor } = await clientUnderTest({
      token: () => Promise.resolve(tokens.shift() ?? ''),
    });
    model.admits = () => tokens.length === 0;
    client.start();
    await waitFor(() => client.state === 'connected');
    for (const handshake of model.handshakes) {
      expect(handshake).toEqual({ path: '/realtime', token: 'secret' });
    }
    expect(errors).toHaveLength(2);
    expect(inspect(errors, { depth: 9 })).not.toContain('secret');
  });

  it('that is refused is tried again, once with a token got anew', async () => {
    const { reasons, token } = countedTokens();
    const { client, model, errors, waitFor } = await clientUnderTest({ token });
    model.admits = (offered) => offered === 'token-4';
    client.start();
    await waitFor(() => client.state === 'connected');
    expect(reasons).toEqual(['connect', 'refused', 'connect', 'connect']);
    expect(errors.map(({ name }) => name)).toEqual(Array(3).fill('HandshakeFailedError'));
  });

  it('is waited for with full jitter between 0.5 and 20 s, anew after a stable connection', async () => {
    const { client, model, timers, cut } = await clientUnderTest();
    model.admits = () => false;
    const waits: (number | undefined)[] = [];
    client.start();
    for (let attempt = 0; attempt < 8; attempt += 1) {
      await until(() => client.state === 'waiting');
      waits.push(timers.nextInMs);
      if (attempt === 7) model.admits = () => true;
      timers.advance(timers.nextInMs ?? 0);
    }
    expect(waits).toEqual([750, 1000, 1500, 2500, 4500, 8500, 10_500, 10_500]);
    await until(() => client.state === 'connected');
    timers.advance(DEFAULT_TIMINGS.stableAfterMs);
    await cut();
    expect(timers.nextInMs).toBe(750);
  });

  it('that nobody answers is given up', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { client, timers, errors } = await clientUnderTest({
      url: `ws://127.0.0.1:${port ?? 0}`,
    });
    const connected = once(silent, 'connection');
    client.start();
    await connected;
    timers.advance(DEFAULT_TIMINGS.connectTimeoutMs);
    expect(client.state).toBe('waiting');
    expect(errors).toMatchObject([{ name: 'HandshakeFailedError' }]);
  });

  it('with a server that speaks something else fails', async () => {
    const other = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'x' });
    onTestFinished(() => other.close());
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { client, errors } = await clientUnderTest({ url: `ws://127.0.0.1:${port ?? 0}` });
    client.start();
    await until(() => client.state === 'waiting');
    expect(errors).toMatchObject([{ name: 'HandshakeFailedError' }]);
  });
});

describe('token()', () => {
  it('may reject or throw: the client waits, reports and asks again', async () => {
    let calls = 0;
    const { client, errors, waitFor } = await clientUnderTest({
      token() {
        calls += 1;
        if (calls === 1) throw new Error('thrown');
        return calls === 2 ? Promise.reject(new Error('rejected')) : Promise.resolve('token');
      },
    });
    client.start();
    await waitFor(() => client.state === 'connected');
    expect(errors).toMatchObject([
      { name: 'TokenUnavailableError', cause: { message: 'thrown' } },
      { name: 'TokenUnavailableError', cause: { message: 'rejected' } },
    ]);
  });

  it('that answers without a token is asked again', async () => {
    const answers: (string | undefined)[] = ['', undefined];
    const { client, errors, waitFor } = await clientUnderTest({
      // @ts-expect-error A program without types may give anything.
      token: () => Promise.resolve(answers.length > 0 ? answers.shift() : 'token'),
    });
    client.start();
    await waitFor(() => client.state === 'connected');
    expect(errors).toMatchObject([
      { name: 'TokenUnavailableError', cause: { message: 'No token.' } },
      { name: 'TokenUnavailableError' },
    ]);
  });

  it('that never answers is asked again', async () => {
    let calls = 0;
    const { client, timers, waitFor } = await clientUnderTest({
      token: () => ((calls += 1) === 1 ? new Promise(() => undefined) : Promise.resolve('token')),
    });
    client.start();
    timers.advance(DEFAULT_TIMINGS.tokenTimeoutMs);
    await waitFor(() => client.state === 'connected');
    expect(calls).toBe(2);
  });
});

describe('close()', () => {
  it.each([
    ['a refused handshake', { url: 'ws://127.0.0.1:1' }],
    ['a token that is not had', { token: () => Promise.reject(new Error('signed out')) }],
  ])('called by whoever is told of %s closes for good', async (_, options) => {
    let told = 0;
    const { client, timers } = await clientUnderTest({
      ...options,
      onError: () => {
        told += 1;
        client.close();
      },
    });
    client.start();
    await until(() => told === 1);
    expect(client.state).toBe('closed');
    expect(timers.armed).toBe(0);
  });

  it.each(['connecting', 'connected', 'waiting'])(
    'called by whoever is told that it is %s closes for good',
    async (last) => {
      const { client, model, timers } = await clientUnderTest();
      if (last === 'waiting') model.admits = () => false;
      client.onState((state) => state === last && client.close());
      client.start();
      await until(() => client.state === 'closed');
      await setImmediate();
      expect(timers.armed).toBe(0);
      await until(() => model.server.connections.size === 0);
    },
  );

  it('called by whoever is told that the connection was cut closes for good', async () => {
    const { client, model, timers, waitFor } = await clientUnderTest({
      onError: () => client.close(),
    });
    client.start();
    await waitFor(() => client.state === 'connected');
    for (const connection of model.server.connections) connection.end('cut');
    await until(() => client.state === 'closed');
    expect(timers.armed).toBe(0);
    expect(model.server.connections.size).toBe(0);
  });
});

describe('a connection', () => {
  it('that looks open but is dead is found by a ping and replaced', async () => {
    const { client, model, timers, errors, listen, waitFor } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    model.server.refuseNext('ping', 'silence');
    timers.advance(DEFAULT_TIMINGS.pingEveryMs);
    expect(client.state).toBe('connected');
    timers.advance(DEFAULT_TIMINGS.pongTimeoutMs);
    expect(client.state).toBe('waiting');
    expect(errors).toMatchObject([{ name: 'ConnectionDeadError' }]);
    model.server.publish('orders', 2);
    await waitFor(() => received.ids.length === 2);
  });

  it('leaves no socket open where the server answers nothing, not even a close', async () => {
    const { url, sockets } = await mutedServer();
    // `ws` waits for 30 s otherwise; its types do not know the option.
    const options = { closeTimeout: 100, followRedirects: false };
    const { client, timers, errors } = await clientUnderTest({
      url,
      WebSocket: class extends WebSocket {
        constructor(address: string, protocols: string[]) {
          super(address, protocols, options);
        }
      },
    });
    client.start();
    for (let dead = 1; dead <= 8; dead += 1) {
      await until(() => client.state === 'connected');
      timers.advance(DEFAULT_TIMINGS.pingEveryMs * 1.1);
      timers.advance(DEFAULT_TIMINGS.pongTimeoutMs);
      expect(errors).toHaveLength(dead);
      timers.advance(A_WHILE_MS);
    }
    await until(() => client.state === 'connected');
    await until(() => sockets.size === 1);
    client.close();
    await until(() => sockets.size === 0);
  });

  it('lives on without a pong while other frames arrive', async () => {
    const { client, model, timers, listen, connection } = await clientUnderTest();
    const received = listen('orders');
    await received.subscription.ready;
    model.server.refuseNext('ping', 'silence');
    timers.advance(DEFAULT_TIMINGS.pingEveryMs);
    await until(() => connection().received.at(-1)?.action === 'ping');
    model.server.publish('orders');
    await until(() => received.ids.length === 1);
    timers.advance(DEFAULT_TIMINGS.pongTimeoutMs);
    expect(client.state).toBe('connected');
    await until(() => connection().received.filter(({ action }) => action === 'ping').length === 2);
  });

  it('is checked at once when the page wakes up or the network is in doubt', async () => {
    let signal: (signal: NetworkSignal) => void = () => undefined;
    const { client, connection, cut, timers } = await clientUnderTest({
      signals: (listener) => {
        signal = listener;
        return () => (signal = () => undefined);
      },
    });
    client.start();
    await until(() => client.state === 'connected');
    signal('wake');
    await until(() => connection().received.length === 1);
    await cut();
    signal('doubt');
    expect(client.state).toBe('waiting');
    signal('wake');
    expect(client.state).toBe('connecting');
    await until(() => client.state === 'connected');
    signal('doubt');
    await until(() => connection().received.length === 1);
    expect(timers.now).toBe(Date.UTC(2026, 0, 1));
  });

  it('is replaced before it is too old, without a moment unsubscribed', async () => {
    const { client, model, timers, listen, states } = await clientUnderTest({ timings: NO_PINGS });
    const received = listen('orders');
    await received.subscription.ready;
    const [old] = model.server.connections;
    const held: (() => void)[] = [];
    model.server.wire = (frame, send, connection) => {
      if (connection === old) send(frame);
      else held.push(() => send(frame));
    };
    timers.advance(RENEWAL_MS);
    await until(() => held.length === 1);
    model.server.publish('orders', 3);
    await until(() => received.ids.length === 3);
    expect(model.server.connections.size).toBe(2);
    for (const release of held) release();
    await until(() => model.server.connections.size === 1);
    expect([...model.server.connections]).not.toContain(old);
    model.server.wire = (frame, send) => send(frame);
    model.server.publish('orders', 2);
    await until(() => received.ids.length >= 5);
    expect(received.ids).toEqual(model.server.ids('orders'));
    expect(states).toEqual(['connecting', 'connected']);
    expect(client.state).toBe('connected');
  });

  it('gives way at once to its replacement when it is cut', async () => {
    const { model, timers, listen, states } = await clientUnderTest({ timings: NO_PINGS });
    const received = listen('orders');
    await received.subscription.ready;
    const [old] = model.server.connections;
    model.server.refuseNext('subscribe', 'silence');
    timers.advance(RENEWAL_MS);
    await until(() => subscribedTwice(model));
    old?.end('cut');
    model.server.publish('orders', 2);
    await until(() => {
      timers.advance(1000);
      return received.ids.length >= 2;
    });
    expect(received.ids).toEqual(model.server.ids('orders'));
    expect(states).toEqual(['connecting', 'connected']);
  });

  it('that is cut while a token for its replacement is fetched comes back with that token', async () => {
    const tokens: ((token: string) => void)[] = [];
    const { model, client, timers, listen, states } = await clientUnderTest({
      timings: NO_PINGS,
      token: () => new Promise((resolve) => tokens.push(resolve)),
    });
    const received = listen('orders');
    tokens[0]?.('first');
    await received.subscription.ready;
    timers.advance(RENEWAL_MS);
    for (const connection of model.server.connections) connection.end('cut');
    await until(() => client.state !== 'connected');
    tokens[1]?.('second');
    await until(() => received.subscription.state === 'subscribed');
    timers.advance(A_WHILE_MS);
    expect(states).toEqual(['connecting', 'connected', 'connecting', 'connected']);
    expect(model.handshakes.map(({ token }) => token)).toEqual(['first', 'second']);
    expect(tokens).toHaveLength(2);
  });

  it.each(['is refused', 'does not catch up'])('stays where its replacement %s', async (how) => {
    const { client, model, timers, listen, errors } = await clientUnderTest({ timings: NO_PINGS });
    const received = listen('orders');
    await received.subscription.ready;
    const [old] = model.server.connections;
    if (how === 'is refused') model.admits = () => false;
    else model.server.wire = (frame, send, connection) => connection === old && send(frame);
    timers.advance(RENEWAL_MS);
    await until(() => errors.length > 0 || subscribedTwice(model));
    timers.advance(DEFAULT_TIMINGS.replaceTimeoutMs);
    await until(() => errors.length > 0 && model.server.connections.size === 1);
    model.server.publish('orders');
    await until(() => received.ids.length === 1);
    expect(client.state).toBe('connected');
    model.admits = () => true;
    model.server.wire = (frame, send) => send(frame);
    await until(() => {
      timers.advance(1000);
      return old !== undefined && !model.server.connections.has(old);
    });
    await until(() => model.server.connections.size === 1);
    expect(client.state).toBe('connected');
  });
});

describe('a closing frame', () => {
  it('is obeyed: no attempt before retryAfterMs, whatever wakes up', async () => {
    let signal: (signal: NetworkSignal) => void = () => undefined;
    const { client, model, timers, listen, connection, errors } = await clientUnderTest({
      signals: (listener) => {
        signal = listener;
        return () => undefined;
      },
    });
    const received = listen('orders');
    await received.subscription.ready;
    connection().closing('server_shutdown', 60_000);
    await until(() => client.state === 'waiting');
    model.server.publish('orders', 2);
    signal('wake');
    timers.advance(60_000);
    expect(client.state).toBe('waiting');
    timers.advance(1000);
    await until(() => received.ids.length === 2);
    expect(errors).toMatchObject([{ name: 'ServerClosingError', reason: 'server_shutdown' }]);
  });

  it('for an expired token makes the client come back with a token got anew', async () => {
    const { reasons, token } = countedTokens();
    const { client, listen, connection, waitFor } = await clientUnderTest({ token });
    await listen('orders').subscription.ready;
    connection().closing('token_expired');
    await until(() => client.state === 'waiting');
    await waitFor(() => client.state === 'connected');
    expect(reasons).toEqual(['connect', 'refused']);
  });

  it('for a session that has ended makes it try once more, and a fresh token may save it', async () => {
    const { reasons, token } = countedTokens();
    const { client, timers, listen, connection, waitFor } = await clientUnderTest({ token });
    const { subscription } = listen('orders');
    for (let round = 1; round <= 2; round += 1) {
      await until(() => subscription.state === 'subscribed');
      connection().closing('signed_out');
      await until(() => client.state === 'waiting');
      await waitFor(() => subscription.state === 'subscribed');
      timers.advance(DEFAULT_TIMINGS.stableAfterMs);
      expect(reasons.at(-1)).toBe('refused');
    }
  });

  it.each(['the token source', 'the handshake', 'the server, after the handshake'])(
    'for a session that has ended closes the client where %s refuses again',
    async (who) => {
      const { reasons, token } = countedTokens();
      const { client, model, listen, connection, waitFor, errors } = await clientUnderTest({
        token: (reason) =>
          reason === 'refused' && who === 'the token source'
            ? Promise.reject(new Error('signed out'))
            : token(reason),
      });
      const received = listen('orders');
      const iterator = client.events('orders')[Symbol.asyncIterator]();
      await received.subscription.ready;
      if (who === 'the handshake') model.admits = () => false;
      connection().closing('signed_out');
      await until(() => client.state === 'waiting');
      await waitFor(() => client.state !== 'waiting' && client.state !== 'connecting');
      if (client.state === 'connected') connection().closing('signed_out');
      await until(() => client.state === 'closed');
      expect(received.subscription.state).toBe('failed');
      expect(received.errors).toMatchObject([{ name: 'SignedOutError' }]);
      await expect(iterator.next()).rejects.toBeInstanceOf(SignedOutError);
      expect(reasons.length).toBeLessThanOrEqual(2);
      expect(errors.at(0)).toMatchObject({ name: 'ServerClosingError' });
    },
  );
});

describe('the token of a live connection', () => {
  const MINUTE_MS = 60_000;

  it('is replaced on the same connection before it expires, again and again', async () => {
    const tokens: string[] = [];
    const { client, timers, connection, states } = await clientUnderTest({
      timings: NO_PINGS,
      token() {
        const token = tokenExpiringAt(timers.now + 60 * MINUTE_MS, String(tokens.length));
        tokens.push(token);
        return Promise.resolve(token);
      },
    });
    client.start();
    await until(() => client.state === 'connected');
    timers.advance(57 * MINUTE_MS);
    expect(tokens).toHaveLength(1);
    timers.advance(1.5 * MINUTE_MS);
    await until(() => timers.nextInMs !== undefined && connection().received.length === 1);
    expect(connection().received).toMatchObject([{ action: 'authenticate', token: tokens[1] }]);
    await until(() => (timers.nextInMs ?? 0) > DEFAULT_TIMINGS.answerTimeoutMs);
    expect(states).toEqual(['connecting', 'connected']);
  });

  it.each([
    ['three hours fast', 3 * 60 * MINUTE_MS],
    ['fast by nearly a token’s life', 59.8 * MINUTE_MS],
    ['a quarter of an hour fast', 15 * MINUTE_MS],
    ['three hours slow', -3 * 60 * MINUTE_MS],
  ])('is replaced about once in its life on a device whose clock is %s', async (_how, skewMs) => {
    const timers = new ManualTimers();
    const life = { issuedMs: timers.now, tokens: 0 };
    const { client, connection } = await clientUnderTest({
      timings: { ...NO_PINGS, renewAfterMinMs: 1e12, renewAfterMaxMs: 1e12 },
      setTimer: timers.setTimer,
      clock: () => timers.now + skewMs,
      token() {
        life.issuedMs = timers.now;
        life.tokens += 1;
        const expiresMs = timers.now + 60 * MINUTE_MS;
        return Promise.resolve(tokenExpiringAt(expiresMs, String(life.tokens), timers.now));
      },
    });
    client.start();
    await until(() => client.state === 'connected');
    const hours = 6;
    for (let second = 0; second < hours * 3600; second += 5) {
      timers.advance(5_000);
      await setImmediate();
      if (client.state !== 'connected') await until(() => client.state !== 'connecting');
      else if (timers.now - life.issuedMs >= 60 * MINUTE_MS) {
        connection().closing('token_expired');
        await until(() => client.state !== 'connected');
      }
    }
    expect(life.tokens).toBeGreaterThanOrEqual(hours);
    expect(life.tokens).toBeLessThanOrEqual(hours + 3);
  });

  it('is asked for again where the application hands out the old one or fails', async () => {
    const reasons: TokenReason[] = [];
    const expiry = Date.UTC(2026, 0, 1, 1);
    const { client, timers, connection, errors } = await clientUnderTest({
      timings: NO_PINGS,
      token(reason) {
        reasons.push(reason);
        if (reasons.length === 3) return Promise.reject(new Error('offline'));
        return Promise.resolve(tokenExpiringAt(reasons.length < 4 ? expiry : 2 * expiry));
      },
    });
    client.start();
    await until(() => client.state === 'connected');
    timers.advance(58 * MINUTE_MS);
    await until(() => {
      if (reasons.length < 4) timers.advance(500);
      return connection().received.length === 1;
    });
    expect(reasons).toEqual(['connect', 'expiring', 'expiring', 'expiring']);
    expect(timers.now).toBeLessThan(expiry);
    expect(errors).toMatchObject([{ name: 'TokenUnavailableError' }]);
  });

  it('that the server refuses is replaced once more, then by a new connection', async () => {
    const reasons: TokenReason[] = [];
    const { client, model, timers, states, waitFor } = await clientUnderTest({
      timings: NO_PINGS,
      token(reason) {
        reasons.push(reason);
        return Promise.resolve(
          tokenExpiringAt(Date.UTC(2026, 0, 1, 1), `${reasons.length} ${reason}`),
        );
      },
    });
    client.start();
    await until(() => client.state === 'connected');
    model.server.refuseNext('authenticate', 'TOKEN_INVALID');
    model.server.refuseNext('authenticate', 'TOKEN_INVALID');
    timers.advance(58.5 * MINUTE_MS);
    await until(() => client.state === 'waiting');
    await waitFor(() => client.state === 'connected');
    expect(reasons).toEqual(['connect', 'expiring', 'refused', 'refused']);
    expect(states.filter((state) => state === 'connected')).toHaveLength(2);
    timers.advance(A_WHILE_MS);
  });
});

/** Whether both connections, the old and the new, have sent something: both are open to the client. */
function subscribedTwice({ server }: ServedModel): boolean {
  const sent = [...server.connections].filter(({ received }) => received.length > 0);
  return sent.length === 2;
}

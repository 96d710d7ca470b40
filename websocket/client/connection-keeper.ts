import type { ClientConnection } from './client-connection.ts';
import { openConnection } from './client-connection.ts';
import type { Environment } from './environment.ts';
import { retryDelayMs } from './environment.ts';
import type { RealtimeError } from './errors.ts';
import { HandshakeFailedError, ServerClosingError, SignedOutError } from './errors.ts';
import type { ClosingFrame, EventsFrame } from './frames.ts';
import type { NetworkSignal } from './network-signals.ts';
import { createRestartableTimer } from './timers.ts';
import type { TokenRefresh } from './token-refresh.ts';
import { startTokenRefresh } from './token-refresh.ts';
import type { GetToken, TokenReason } from './token-source.ts';
import type { WebSocketConstructor } from './web-socket.ts';

/**
 * `idle`: not started. `connecting`: a token is fetched or a handshake runs. `connected`: open.
 * `waiting`: the next attempt is due after the backoff. `closed`: for good.
 */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'waiting' | 'closed';

export interface KeeperHost {
  /** The connection is open: subscribe on it. */
  attach: (connection: ClientConnection) => void;
  /** The connection is gone. */
  detach: (connection: ClientConnection) => void;
  /** Whether everything that is wanted stands on the connection, nothing missing. */
  caughtUp: (connection: ClientConnection) => boolean;
  events: (frame: EventsFrame) => void;
  pong: (connection: ClientConnection, positions: Record<string, unknown>) => void;
  stateChanged: (state: ConnectionState) => void;
  /** Closed for good, by whom and why. */
  closed: (error: RealtimeError) => void;
}

/** Keeps one connection open: attempts, backoff, renewal before its end, and what `closing` asks for. */
export interface ConnectionKeeper {
  readonly state: ConnectionState;
  /** The open connections: one, or two while one replaces the other. */
  readonly open: ClientConnection[];
  start: () => void;
  close: (error: RealtimeError) => void;
  signal: (signal: NetworkSignal) => void;
  /** Fetches and sends a new token on an open connection; true once the server has taken it. */
  renewToken: (connection: ClientConnection) => Promise<boolean | undefined>;
  /** Completes a replacement once the new connection has caught up; to be called after every change. */
  settle: () => void;
}

/** Keeps one connection, two while one replaces the other; begins with `start`. */
export function createConnectionKeeper(
  endpoint: { url: string; WebSocket: WebSocketConstructor },
  getToken: GetToken,
  env: Environment,
  host: KeeperHost,
): ConnectionKeeper {
  const refreshes = new Map<ClientConnection, TokenRefresh>();
  /** When the next connection is to be opened. */
  const next = createRestartableTimer(env);
  const stable = createRestartableTimer(env);
  const replacement = createRestartableTimer(env);
  let state: ConnectionState = 'idle';
  let current: ClientConnection | undefined;
  /** Being opened, or (beside a current one) catching up. */
  let candidate: ClientConnection | undefined;
  let fetchingToken = false;
  let attempts = 0;
  /** The wait was asked for by the server, so no signal cuts it short. */
  let serverWait = false;
  /** The last token may be the reason of a failure; `renewed` once that has been ruled out. */
  let tokenTrust: 'good' | 'suspect' | 'renewed' = 'good';
  let signedOut: 'no' | 'noticed' | 'tried' = 'no';

  const setState = (to: ConnectionState): void => {
    if (to === state) return;
    state = to;
    host.stateChanged(to);
  };

  const forget = (connection: ClientConnection): void => {
    refreshes.get(connection)?.stop();
    refreshes.delete(connection);
    connection.close();
    host.detach(connection);
  };

  const close = (error: RealtimeError): void => {
    if (state === 'closed') return;
    const connections = [current, candidate];
    current = candidate = undefined;
    connections.forEach((connection) => connection && forget(connection));
    setState('closed');
    host.closed(error);
  };

  const attempt = (): void => {
    if (fetchingToken || candidate) return;
    next.clear();
    if (signedOut === 'noticed') signedOut = 'tried';
    const reason: TokenReason = tokenTrust === 'suspect' ? 'refused' : 'connect';
    fetchingToken = true;
    void getToken(reason)
      .finally(() => (fetchingToken = false))
      .then((token) => {
        if (reason === 'refused') tokenTrust = 'renewed';
        open(token);
      })
      .catch(attemptFailed);
    // At the end, as everywhere: whoever is told may close the client.
    if (!current) setState('connecting');
  };

  const open = (token: string): void => {
    if (state === 'closed') return;
    candidate = openConnection({ ...endpoint, token }, env, {
      opened: (connection) => opened(connection, token),
      ended: lost,
      closing,
      events: host.events,
      pong: host.pong,
    });
  };

  const opened = (connection: ClientConnection, token: string): void => {
    const refresh = startTokenRefresh(connection, token, getToken, env, (error) => {
      tokenTrust = 'suspect';
      lost(connection, error);
    });
    refreshes.set(connection, refresh);
    if (!current) promote(connection);
    else {
      replacement.set(env.timings.replaceTimeoutMs, () =>
        lost(connection, new HandshakeFailedError('A new connection did not catch up.')),
      );
    }
    host.attach(connection);
    settle();
  };

  const settle = (): void => {
    if (candidate?.isOpen && host.caughtUp(candidate)) promote(candidate);
  };

  const promote = (connection: ClientConnection): void => {
    const { stableAfterMs, renewAfterMinMs, renewAfterMaxMs } = env.timings;
    const old = current;
    current = connection;
    candidate = undefined;
    replacement.clear();
    if (old) forget(old);
    stable.set(stableAfterMs, () => {
      attempts = 0;
      tokenTrust = 'good';
      signedOut = 'no';
    });
    next.set(renewAfterMinMs + (renewAfterMaxMs - renewAfterMinMs) * env.random(), attempt);
    setState('connected');
  };

  /** `error` is what the attempt failed with; a connection that stands meanwhile stays. */
  const attemptFailed = (error: RealtimeError): void => {
    if (state === 'closed') return;
    if (error instanceof HandshakeFailedError && tokenTrust === 'good') tokenTrust = 'suspect';
    if (current) next.set(retryDelayMs(env, attempts++), attempt);
    else if (signedOut === 'tried') giveUp();
    else waitFor(0);
    // At the end: whoever is told may close the client.
    env.report(error);
  };

  const lost = (connection: ClientConnection, error: RealtimeError, serverWaitMs = 0): void => {
    forget(connection);
    if (connection === candidate) {
      candidate = undefined;
      replacement.clear();
      attemptFailed(error);
      return;
    }
    if (connection !== current) return;
    current = undefined;
    stable.clear();
    next.clear();
    if (candidate?.isOpen) promote(candidate);
    else if (candidate || fetchingToken) setState('connecting');
    else waitFor(serverWaitMs);
    env.report(error);
  };

  const closing = (connection: ClientConnection, { reason, retryAfterMs }: ClosingFrame): void => {
    const isSignedOut = reason === 'signed_out';
    if (isSignedOut && signedOut === 'tried') {
      giveUp();
      return;
    }
    if (isSignedOut) signedOut = 'noticed';
    if (isSignedOut || reason === 'token_expired') tokenTrust = 'suspect';
    lost(connection, new ServerClosingError(reason), retryAfterMs);
  };

  const waitFor = (serverWaitMs: number): void => {
    serverWait = serverWaitMs > 0;
    next.set(serverWaitMs + retryDelayMs(env, attempts++), attempt);
    setState('waiting');
  };

  const giveUp = (): void => close(new SignedOutError('The session has ended; sign in again.'));

  return {
    get state() {
      return state;
    },
    get open() {
      return [...refreshes.keys()];
    },
    start() {
      if (state === 'idle') attempt();
    },
    close,
    signal(signal) {
      if (signal === 'wake' && state === 'waiting' && !serverWait) attempt();
      else current?.ping();
    },
    renewToken: async (connection) => refreshes.get(connection)?.renew('refused'),
    settle,
  };
}

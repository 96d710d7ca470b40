import { Connection } from './connection.ts';
import type { Environment } from './environment.ts';
import { retryDelayMs } from './environment.ts';
import {
  HandshakeFailedError,
  RealtimeError,
  ServerClosingError,
  SignedOutError,
} from './errors.ts';
import type { ClosingFrame, EventsFrame } from './frames.ts';
import type { NetworkSignal } from './network-signals.ts';
import { Alarm } from './timers.ts';
import { TokenRefresh } from './token-refresh.ts';
import type { GetToken, TokenReason } from './token-source.ts';
import type { WebSocketConstructor } from './web-socket.ts';

/**
 * `idle`: not started. `connecting`: a token is fetched or a handshake runs. `connected`: open.
 * `waiting`: the next attempt is due after the backoff. `closed`: for good.
 */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'waiting' | 'closed';

export interface KeeperHost {
  /** The connection is open: subscribe on it. */
  attach(connection: Connection): void;
  /** The connection is gone. */
  detach(connection: Connection): void;
  /** Whether everything that is wanted stands on the connection, nothing missing. */
  caughtUp(connection: Connection): boolean;
  events(frame: EventsFrame): void;
  pong(connection: Connection, positions: Record<string, unknown>, ping: number): void;
  stateChanged(state: ConnectionState): void;
  /** The client cannot go on. */
  gaveUp(error: RealtimeError): void;
}

/** Keeps one connection open: attempts, backoff, renewal before its end, and what `closing` asks for. */
export class ConnectionKeeper {
  readonly #endpoint: { url: string; WebSocket: WebSocketConstructor };
  readonly #getToken: GetToken;
  readonly #env: Environment;
  readonly #host: KeeperHost;
  readonly #refreshes = new Map<Connection, TokenRefresh>();
  readonly #wait: Alarm;
  readonly #stable: Alarm;
  readonly #renewal: Alarm;
  readonly #replacement: Alarm;
  #state: ConnectionState = 'idle';
  #current: Connection | undefined;
  /** Being opened, or (beside a current one) catching up. */
  #candidate: Connection | undefined;
  #fetchingToken = false;
  #attempts = 0;
  /** The wait was asked for by the server, so no signal cuts it short. */
  #serverWait = false;
  /** The last token may be the reason of a failure; `renewed` once that has been ruled out. */
  #token: 'good' | 'suspect' | 'renewed' = 'good';
  #signedOut: 'no' | 'noticed' | 'tried' = 'no';

  constructor(
    endpoint: { url: string; WebSocket: WebSocketConstructor },
    getToken: GetToken,
    env: Environment,
    host: KeeperHost,
  ) {
    this.#endpoint = endpoint;
    this.#getToken = getToken;
    this.#env = env;
    this.#host = host;
    this.#wait = new Alarm(env.setTimer);
    this.#stable = new Alarm(env.setTimer);
    this.#renewal = new Alarm(env.setTimer);
    this.#replacement = new Alarm(env.setTimer);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The open connections: one, or two while one replaces the other. */
  get open(): Connection[] {
    return [...this.#refreshes.keys()];
  }

  start(): void {
    if (this.#state === 'idle') this.#attempt();
  }

  close(): void {
    if (this.#state === 'closed') return;
    for (const alarm of [this.#wait, this.#stable, this.#renewal, this.#replacement]) alarm.clear();
    const connections = [this.#current, this.#candidate];
    this.#current = this.#candidate = undefined;
    for (const connection of connections) if (connection !== undefined) this.#forget(connection);
    this.#setState('closed');
  }

  signal(signal: NetworkSignal): void {
    if (signal === 'wake' && this.#state === 'waiting' && !this.#serverWait) this.#attempt();
    else this.#current?.ping();
  }

  /** Fetches and sends a new token on an open connection; true once the server has taken it. */
  async renewToken(connection: Connection): Promise<boolean> {
    return (await this.#refreshes.get(connection)?.renew('refused')) ?? false;
  }

  /** Completes a replacement once the new connection has caught up; to be called after every change. */
  settle(): void {
    const candidate = this.#candidate;
    if (candidate?.isOpen === true && this.#host.caughtUp(candidate)) this.#promote(candidate);
  }

  #attempt(): void {
    if (this.#fetchingToken || this.#candidate !== undefined) return;
    this.#wait.clear();
    if (this.#current === undefined) this.#setState('connecting');
    if (this.#signedOut === 'noticed') this.#signedOut = 'tried';
    const reason: TokenReason = this.#token === 'suspect' ? 'refused' : 'connect';
    this.#fetchingToken = true;
    void this.#getToken(reason)
      .finally(() => (this.#fetchingToken = false))
      .then((token) => {
        if (reason === 'refused') this.#token = 'renewed';
        this.#open(token);
      })
      .catch((error: unknown) =>
        this.#attemptFailed(
          error instanceof RealtimeError
            ? error
            : new RealtimeError('An attempt failed.', { cause: error }),
        ),
      );
  }

  #open(token: string): void {
    if (this.#state === 'closed') return;
    this.#candidate = new Connection({ ...this.#endpoint, token }, this.#env, {
      opened: (connection) => this.#opened(connection, token),
      ended: (connection, error) => this.#lost(connection, error),
      closing: (connection, frame) => this.#closing(connection, frame),
      events: (frame) => this.#host.events(frame),
      pong: (connection, positions, ping) => this.#host.pong(connection, positions, ping),
    });
  }

  #opened(connection: Connection, token: string): void {
    const refresh = new TokenRefresh(connection, token, this.#getToken, this.#env, (error) => {
      this.#token = 'suspect';
      this.#lost(connection, error);
    });
    this.#refreshes.set(connection, refresh);
    if (this.#current === undefined) this.#promote(connection);
    else {
      this.#replacement.set(this.#env.timings.replaceTimeoutMs, () =>
        this.#lost(connection, new HandshakeFailedError('A new connection did not catch up.')),
      );
    }
    this.#host.attach(connection);
    this.settle();
  }

  #promote(connection: Connection): void {
    const { stableAfterMs, renewAfterMinMs, renewAfterMaxMs } = this.#env.timings;
    const old = this.#current;
    this.#current = connection;
    this.#candidate = undefined;
    this.#replacement.clear();
    if (old !== undefined) this.#forget(old);
    this.#stable.set(stableAfterMs, () => {
      this.#attempts = 0;
      this.#token = 'good';
      this.#signedOut = 'no';
    });
    const spreadMs = renewAfterMaxMs - renewAfterMinMs;
    this.#renewal.set(renewAfterMinMs + spreadMs * this.#env.random(), () => this.#attempt());
    this.#setState('connected');
  }

  /** `error` is what the attempt failed with; a connection that stands meanwhile stays. */
  #attemptFailed(error: RealtimeError): void {
    if (this.#state === 'closed') return;
    this.#env.report(error);
    if (error instanceof HandshakeFailedError && this.#token === 'good') this.#token = 'suspect';
    if (this.#current !== undefined) {
      this.#renewal.set(retryDelayMs(this.#env, this.#attempts++), () => this.#attempt());
    } else if (this.#signedOut === 'tried') this.#giveUp();
    else this.#waitFor(0);
  }

  #lost(connection: Connection, error: RealtimeError, serverWaitMs = 0): void {
    this.#forget(connection);
    if (connection === this.#candidate) {
      this.#candidate = undefined;
      this.#replacement.clear();
      this.#attemptFailed(error);
      return;
    }
    if (connection !== this.#current) return;
    this.#current = undefined;
    this.#stable.clear();
    this.#renewal.clear();
    this.#env.report(error);
    if (this.#candidate?.isOpen === true) this.#promote(this.#candidate);
    else if (this.#candidate !== undefined || this.#fetchingToken) this.#setState('connecting');
    else this.#waitFor(serverWaitMs);
  }

  #closing(connection: Connection, { reason, retryAfterMs }: ClosingFrame): void {
    if (reason === 'signed_out') {
      if (this.#signedOut === 'tried') {
        this.#giveUp();
        return;
      }
      this.#signedOut = 'noticed';
    }
    if (reason === 'signed_out' || reason === 'token_expired') this.#token = 'suspect';
    this.#lost(connection, new ServerClosingError(reason), retryAfterMs);
  }

  #waitFor(serverWaitMs: number): void {
    this.#serverWait = serverWaitMs > 0;
    const delayMs = serverWaitMs + retryDelayMs(this.#env, this.#attempts++);
    this.#wait.set(delayMs, () => this.#attempt());
    this.#setState('waiting');
  }

  #giveUp(): void {
    this.close();
    this.#host.gaveUp(new SignedOutError('The session has ended; sign in again.'));
  }

  #forget(connection: Connection): void {
    this.#refreshes.get(connection)?.stop();
    this.#refreshes.delete(connection);
    connection.close();
    this.#host.detach(connection);
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#host.stateChanged(state);
  }
}

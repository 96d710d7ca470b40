import type { WebSocket } from 'ws';
import type { GatewayConnection } from './gateway-connection.ts';
import type { GatewayLimits } from './gateway-limits.ts';

export interface ConnectionTableOptions {
  limits: Pick<GatewayLimits, 'idleMs' | 'connectionMs'>;
  /** Epoch ms. */
  clock: () => number;
  route: (connection: GatewayConnection, body: string) => Promise<void>;
  /** Called once for each connection that was opened, when it ends. */
  onEnd: (connection: GatewayConnection, code: number, reason: string) => void;
}

const GOING_AWAY = 1001;
/** How often idle and aged connections are looked for: a fiftieth of the limit, within bounds. */
const SWEEP_MS = { least: 20, most: 10_000 };

/**
 * What AWS logs as the reason where a close frame brought none, and sends itself: 1000 after a
 * DELETE (boto3 issue 3789), 1001 for an idle connection. The wording for 1005 is known from users'
 * logs of `$disconnect` alone, no page of AWS's says it.
 */
const REASONS: Readonly<Record<number, string>> = {
  1000: 'Connection Closed Normally',
  1001: 'Going away',
  1005: 'Client-side close frame status not set',
};

/**
 * The close code for which `ws` gives up a connection, by its error's code: RFC 6455's meanings. That
 * API Gateway closes with 1009 is documented; 1007 and 1008 are our choice.
 */
const VIOLATIONS: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
};

/**
 * The connections that stand. One sweep looks after all their ages: there is no timer for each.
 * A peer that vanished without a word is noticed by that sweep alone, as on AWS.
 */
export class ConnectionTable {
  readonly #options: ConnectionTableOptions;
  readonly #connections = new Map<string, GatewayConnection>();
  /** Sockets that are not closed yet, those of ended connections too. */
  readonly #sockets = new Set<WebSocket>();
  #whenEmpty: (() => void)[] = [];
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: ConnectionTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#connections.size;
  }

  find(connectionId: string): GatewayConnection | undefined {
    return this.#connections.get(connectionId);
  }

  /** Takes up a connection whose handshake was answered this very moment. */
  open(connection: GatewayConnection, socket: WebSocket): void {
    connection.socket = socket;
    this.#connections.set(connection.id, connection);
    this.#sockets.add(socket);
    this.#sweep ??= this.#startSweep();
    socket.on('message', (data, isBinary) => {
      if (!connection.receive(this.#options.clock())) return;
      // Developer guide, websocket-api-develop-binary-media-types.
      if (isBinary) this.close(connection, 1003, 'Binary frames are not supported');
      else void this.#options.route(connection, textOf(data));
    });
    socket.on('error', (error) => {
      const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
      if (code.startsWith('WS_ERR_')) this.end(connection, VIOLATIONS[code] ?? 1002, '');
    });
    socket.on('close', (code, reason) => {
      this.#sockets.delete(socket);
      this.end(connection, code, reason.toString() || (REASONS[code] ?? ''));
      if (this.#sockets.size > 0) return;
      clearInterval(this.#sweep);
      this.#sweep = undefined;
      for (const resolve of this.#whenEmpty.splice(0)) resolve();
    });
  }

  /** Forgets a connection at once, whatever its socket still has to do, and reports it once. */
  end(connection: GatewayConnection, code: number, reason: string): void {
    if (connection.ended) return;
    connection.ended = true;
    this.#connections.delete(connection.id);
    this.#options.onEnd(connection, code, reason);
  }

  /** Ends a connection from this side. */
  close(connection: GatewayConnection, code: number, reason = REASONS[code] ?? ''): void {
    this.end(connection, code, reason);
    connection.socket?.close(code, reason);
  }

  /** For too large a frame: in a moment, so that the messages before it are taken. */
  closeForFrame(connection: GatewayConnection): void {
    process.nextTick(() => this.close(connection, 1009, 'Frame too large'));
  }

  closeAll(code: number, reason: string | undefined): void {
    for (const connection of [...this.#connections.values()]) this.close(connection, code, reason);
  }

  /** Cuts the sockets that are left. */
  terminate(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** Resolves when no socket is left. */
  async empty(): Promise<void> {
    if (this.#sockets.size === 0) return;
    await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  #startSweep(): NodeJS.Timeout {
    const { idleMs, connectionMs } = this.#options.limits;
    const everyMs = Math.min(idleMs, connectionMs) / 50;
    return setInterval(
      () => this.#closeExpired(),
      Math.max(SWEEP_MS.least, Math.min(SWEEP_MS.most, everyMs)),
    ).unref();
  }

  #closeExpired(): void {
    const { limits, clock } = this.#options;
    const now = clock();
    for (const connection of this.#connections.values()) {
      const idle = now - connection.lastActiveAt >= limits.idleMs;
      const aged = now - connection.connectedAt >= limits.connectionMs;
      if (idle || aged) this.close(connection, GOING_AWAY);
    }
  }
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

import type { WebSocket } from 'ws';
import type { ConnectionFacts } from './event-factory.ts';
import { FrameScanner } from './frame-scanner.ts';
import type { AuthorizerContext, Identity } from './gateway-event.ts';
import type { GatewayLimits } from './gateway-limits.ts';

/** One client. It has no socket before the handshake is done. */
export class GatewayConnection implements ConnectionFacts {
  readonly id: string;
  readonly connectedAt: number;
  readonly identity: Identity;
  readonly authorizer: AuthorizerContext | undefined;
  /**
   * Epoch milliseconds of the last message, either way. Pings and pongs do not count: the guide
   * does not say, reports do (subscriptionless issue 3).
   */
  lastActiveAt: number;
  socket: WebSocket | undefined;
  /** True once the connection is over for the management API and `$disconnect` is on its way. */
  ended = false;
  readonly #scanner: FrameScanner;
  readonly #frameBytes: number;
  readonly #bufferedBytes: number;
  #frameExceeded = false;
  #messages = 0;

  constructor(
    facts: ConnectionFacts,
    { frameBytes, bufferedBytes }: Pick<GatewayLimits, 'frameBytes' | 'bufferedBytes'>,
  ) {
    this.id = facts.id;
    this.connectedAt = facts.connectedAt;
    this.identity = facts.identity;
    this.authorizer = facts.authorizer;
    this.lastActiveAt = facts.connectedAt;
    this.#frameBytes = frameBytes;
    this.#bufferedBytes = bufferedBytes;
    this.#scanner = new FrameScanner(frameBytes);
  }

  /** Takes bytes before `ws` does; true once, when a frame turns out to be too large. */
  scan(chunk: Uint8Array): boolean {
    if (this.#frameExceeded) return false;
    this.#frameExceeded = this.#scanner.scan(chunk);
    return this.#frameExceeded;
  }

  /** Counts a message that arrived whole; false where it came after, or in, too large a frame. */
  receive(nowMs: number): boolean {
    this.#messages += 1;
    if (this.ended || (this.#frameExceeded && this.#messages > this.#scanner.messages))
      return false;
    this.lastActiveAt = nowMs;
    return true;
  }

  /**
   * Sends one text message (UTF-8), in as many frames as the frame limit asks for. False, and
   * nothing sent, where too much waits already for the client to read.
   */
  send(payload: Buffer, nowMs: number): boolean {
    const waiting = this.socket?.bufferedAmount ?? 0;
    if (waiting > 0 && waiting + payload.length > this.#bufferedBytes) return false;
    this.lastActiveAt = nowMs;
    let from = 0;
    do {
      const to = Math.min(from + this.#frameBytes, payload.length);
      const frame = from === 0 && to === payload.length ? payload : payload.subarray(from, to);
      this.socket?.send(frame, { binary: false, fin: to === payload.length });
      from = to;
    } while (from < payload.length);
    return true;
  }
}

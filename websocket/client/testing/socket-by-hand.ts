import { SUBPROTOCOL } from '@ordercast/protocol/limits.ts';
import type { WebSocketLike } from '../web-socket.ts';

interface SocketEvent {
  data: unknown;
  code: number;
}

/** A socket whose events a test fires by hand, after its end as well: a platform may do so, too. */
export class SocketByHand implements WebSocketLike {
  protocol = SUBPROTOCOL;
  readonly sent: Record<string, unknown>[] = [];
  readonly closes: (number | undefined)[] = [];
  readonly #listeners = new Map<string, (event: SocketEvent) => void>();

  addEventListener(type: string, listener: (event: SocketEvent) => void): void {
    this.#listeners.set(type, listener);
  }

  send(text: string): void {
    const message: unknown = JSON.parse(text);
    this.sent.push({ ...(typeof message === 'object' ? message : {}) });
  }

  close(code?: number): void {
    this.closes.push(code);
  }

  fire(type: 'open' | 'error' | 'close'): void {
    this.#listeners.get(type)?.({ data: undefined, code: 1006 });
  }

  receive(frame: object): void {
    this.#listeners.get('message')?.({ data: JSON.stringify(frame), code: 0 });
  }
}

import { SUBPROTOCOL } from '@ordercast/protocol/limits.ts';
import type { WebSocketConstructor, WebSocketLike } from '../web-socket.ts';
import type { ModelConnection, ModelServer } from './model-server.ts';

interface Packet {
  kind: 'answer' | 'events' | 'question';
  connection: ModelConnection | undefined;
  deliver: () => void;
}

/**
 * A network between clients and a model that a test moves packet by packet: any packet may be the
 * next to arrive, be lost, or arrive twice. Stands in for posts that overtake each other and handlers
 * that run at once, which a real socket shows only by luck.
 */
export class MemoryWire {
  readonly packets: Packet[] = [];
  readonly WebSocket: WebSocketConstructor;
  /** The next handshake is refused. */
  refuseHandshake = false;
  /** Asked for every other handshake. */
  admits: () => boolean = () => true;

  constructor(model: ModelServer) {
    const open = (socket: MemorySocket) => {
      if (socket.isClosed) return;
      if (this.refuseHandshake || !this.admits()) {
        this.refuseHandshake = false;
        socket.emit('close', { code: 1006 });
        return;
      }
      const connection = model.accept(
        {
          send: (text) => {
            const kind = text.startsWith('{"type":"events"') ? 'events' : 'answer';
            const deliver = () => socket.emit('message', { data: text });
            this.packets.push({ kind, connection, deliver });
          },
          end: (how) => {
            const deliver = () => socket.emit('close', { code: 1006 });
            // A close frame goes behind what was sent before.
            if (how === 'close') this.packets.push({ kind: 'answer', connection, deliver });
            else deliver();
          },
        },
        '',
      );
      socket.connection = connection;
      socket.emit('open', {});
    };
    const packets = this.packets;
    this.WebSocket = class extends MemorySocket {
      constructor() {
        super({
          opened: (socket) => {
            const deliver = () => open(socket);
            packets.push({ kind: 'question', connection: undefined, deliver });
          },
          sent: (socket, data) => {
            const { connection } = socket;
            if (connection === undefined) return;
            const deliver = () =>
              model.connections.has(connection) && model.receive(connection, data);
            packets.push({ kind: 'question', connection, deliver });
          },
          closed: (socket) => {
            if (socket.connection !== undefined) model.connections.delete(socket.connection);
          },
        });
      }
    };
  }

  /** Takes a packet out, by number modulo what is under way. */
  take(number: number): Packet | undefined {
    return this.packets.splice(number % Math.max(1, this.packets.length), 1)[0];
  }
}

interface Network {
  opened(socket: MemorySocket): void;
  sent(socket: MemorySocket, data: string): void;
  closed(socket: MemorySocket): void;
}

class MemorySocket implements WebSocketLike {
  readonly protocol = SUBPROTOCOL;
  connection: ModelConnection | undefined;
  readonly #listeners = new Map<string, (event: { data: unknown; code: number }) => void>();
  readonly #network: Network;
  #closed = false;

  constructor(network: Network) {
    this.#network = network;
    network.opened(this);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  addEventListener(type: string, listener: (event: { data: unknown; code: number }) => void): void {
    this.#listeners.set(type, listener);
  }

  emit(type: string, event: { data?: unknown; code?: number }): void {
    if (this.#closed) return;
    if (type === 'close') this.#closed = true;
    this.#listeners.get(type)?.({ data: undefined, code: 1000, ...event });
  }

  send(data: string): void {
    this.#network.sent(this, data);
  }

  close(): void {
    this.#closed = true;
    this.#network.closed(this);
  }
}

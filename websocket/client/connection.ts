import { BEARER_PREFIX, SUBPROTOCOL } from '@ordercast/protocol/limits.ts';
import type { Environment } from './environment.ts';
import type { RealtimeError } from './errors.ts';
import {
  ConnectionDeadError,
  ConnectionLostError,
  HandshakeFailedError,
  MalformedFrameError,
  ServerRefusedError,
} from './errors.ts';
import type { AnswerFrame, ClosingFrame, EventsFrame } from './frames.ts';
import { readFrame } from './frames.ts';
import { Alarm } from './timers.ts';
import type { WebSocketConstructor, WebSocketLike } from './web-socket.ts';

/** A message to the server; the connection adds the `id`. */
export type Question =
  | { action: 'subscribe'; channel: string; since?: string }
  | { action: 'unsubscribe'; channel: string }
  | { action: 'authenticate'; token: string }
  | { action: 'ping' };

export interface ConnectionHandlers {
  opened(connection: Connection): void;
  /** Called once at most, and never after `close()`. */
  ended(connection: Connection, error: RealtimeError): void;
  closing(connection: Connection, frame: ClosingFrame): void;
  events(frame: EventsFrame): void;
  /** `ping` is the number of the ping that is answered, counted from 1. */
  pong(connection: Connection, positions: Record<string, unknown>, ping: number): void;
}

type Answered = (answer: AnswerFrame | undefined) => void;

/** One socket: its handshake, the questions in flight on it, and its pings. */
export class Connection {
  readonly #socket: WebSocketLike;
  readonly #env: Environment;
  readonly #handlers: ConnectionHandlers;
  readonly #questions = new Map<string, { answered: Answered; deadline: Alarm }>();
  readonly #handshake: Alarm;
  readonly #nextPing: Alarm;
  #phase: 'opening' | 'open' | 'ended' = 'opening';
  #lastId = 0;
  #frames = 0;
  #pings = 0;
  #pinging = false;

  /** Throws HandshakeFailedError where the URL or the token cannot be used at all. */
  constructor(
    { url, token, WebSocket }: { url: string; token: string; WebSocket: WebSocketConstructor },
    env: Environment,
    handlers: ConnectionHandlers,
  ) {
    this.#env = env;
    this.#handlers = handlers;
    this.#handshake = new Alarm(env.setTimer);
    this.#nextPing = new Alarm(env.setTimer);
    try {
      this.#socket = new WebSocket(url, [SUBPROTOCOL, BEARER_PREFIX + token]);
    } catch {
      // The platform's error quotes the subprotocol, hence the token: it must not travel on as a cause.
      throw new HandshakeFailedError('The URL or the token is not one that a WebSocket takes.');
    }
    this.#socket.addEventListener('open', () => this.#opened());
    this.#socket.addEventListener('message', ({ data }) => this.#received(data));
    this.#socket.addEventListener('error', () => this.#ended(1006));
    this.#socket.addEventListener('close', ({ code }) => this.#ended(code));
    this.#handshake.set(env.timings.connectTimeoutMs, () =>
      this.#end(new HandshakeFailedError('The server did not answer the handshake in time.')),
    );
  }

  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  /** How many pings were sent. */
  get pings(): number {
    return this.#pings;
  }

  /**
   * Sends a question. `answered` gets the answer, or undefined where none came within `timeoutMs`;
   * it is not called once the connection has ended.
   */
  ask(question: Question, timeoutMs: number, answered: Answered): void {
    if (this.#phase !== 'open') return;
    const id = String((this.#lastId += 1));
    const deadline = new Alarm(this.#env.setTimer);
    this.#questions.set(id, { answered, deadline });
    deadline.set(timeoutMs, () => {
      this.#questions.delete(id);
      answered(undefined);
    });
    this.#socket.send(JSON.stringify({ ...question, id }));
  }

  /** Asks for a sign of life now, unless one is awaited already. */
  ping(): void {
    if (this.#phase !== 'open' || this.#pinging) return;
    const { pongTimeoutMs } = this.#env.timings;
    const ping = (this.#pings += 1);
    const framesBefore = this.#frames;
    this.#pinging = true;
    this.ask({ action: 'ping' }, pongTimeoutMs, (answer) => {
      this.#pinging = false;
      if (answer === undefined) {
        // A pong may wait behind other frames; only silence is death.
        if (this.#frames > framesBefore) {
          this.ping();
          return;
        }
        this.#end(new ConnectionDeadError(`No answer to a ping in ${pongTimeoutMs} ms.`));
        return;
      }
      this.#schedulePing();
      if (answer.type === 'pong') this.#handlers.pong(this, answer.positions, ping);
    });
  }

  /** Ends the connection from this side; no handler is called any more. */
  close(): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#handshake.clear();
    this.#nextPing.clear();
    for (const { deadline } of this.#questions.values()) deadline.clear();
    this.#questions.clear();
    this.#socket.close(1000);
  }

  #opened(): void {
    if (this.#phase !== 'opening') return;
    this.#handshake.clear();
    if (this.#socket.protocol !== SUBPROTOCOL) {
      this.#end(new HandshakeFailedError(`The server does not speak ${SUBPROTOCOL}.`));
      return;
    }
    this.#phase = 'open';
    this.#schedulePing();
    this.#handlers.opened(this);
  }

  #ended(code: number): void {
    const failed = new HandshakeFailedError(
      'The server was not reached, or refused the handshake.',
    );
    this.#end(this.#phase === 'opening' ? failed : new ConnectionLostError(code));
  }

  #end(error: RealtimeError): void {
    if (this.#phase === 'ended') return;
    this.close();
    this.#handlers.ended(this, error);
  }

  #schedulePing(): void {
    const { pingEveryMs } = this.#env.timings;
    this.#nextPing.set(pingEveryMs * (0.9 + 0.2 * this.#env.random()), () => this.ping());
  }

  #received(data: unknown): void {
    if (this.#phase !== 'open') return;
    this.#frames += 1;
    const frame = readFrame(data);
    if (frame === 'unknown') return;
    if (frame === 'malformed') {
      this.#env.report(new MalformedFrameError('A frame was not of this protocol.'));
      return;
    }
    if (frame.type === 'events') {
      this.#handlers.events(frame);
      return;
    }
    if (frame.type === 'closing') {
      this.#handlers.closing(this, frame);
      return;
    }
    const question = frame.id === undefined ? undefined : this.#questions.get(frame.id);
    if (question !== undefined && frame.id !== undefined) {
      this.#questions.delete(frame.id);
      question.deadline.clear();
      question.answered(frame);
    } else if (frame.type === 'error') {
      this.#env.report(new ServerRefusedError(frame.code, frame.message));
    }
  }
}

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
import type { CancelTimer } from './timers.ts';
import { createRestartableTimer } from './timers.ts';
import type { WebSocketConstructor, WebSocketLike } from './web-socket.ts';

/** A message to the server; the connection adds the `id`. */
export type Question =
  | { action: 'subscribe'; channel: string; since?: string | undefined }
  | { action: 'unsubscribe'; channel: string }
  | { action: 'authenticate'; token: string }
  | { action: 'ping' };

export interface ConnectionHandlers {
  opened: (connection: ClientConnection) => void;
  /** Called once at most, and never after `close()`. */
  ended: (connection: ClientConnection, error: RealtimeError) => void;
  closing: (connection: ClientConnection, frame: ClosingFrame) => void;
  events: (frame: EventsFrame) => void;
  pong: (connection: ClientConnection, positions: Record<string, unknown>) => void;
}

type Answered = (answer: AnswerFrame | undefined) => void;

/** One socket: its handshake, the questions in flight on it, and its pings. */
export interface ClientConnection {
  readonly isOpen: boolean;
  /**
   * Sends a question. `answered` gets the answer, or undefined where none came within `timeoutMs`;
   * it is not called once the connection has ended.
   */
  ask: (question: Question, timeoutMs: number, answered: Answered) => void;
  /** Asks for a sign of life now, unless one is awaited already. */
  ping: () => void;
  /** Ends the connection from this side; no handler is called any more. */
  close: () => void;
}

/** Throws HandshakeFailedError where the URL or the token cannot be used at all. */
export function openConnection(
  { url, token, WebSocket }: { url: string; token: string; WebSocket: WebSocketConstructor },
  env: Environment,
  handlers: ConnectionHandlers,
): ClientConnection {
  const { timings } = env;
  const questions = new Map<string, { answered: Answered; cancelDeadline: CancelTimer }>();
  /** The handshake is late; once open, a ping is due. */
  const due = createRestartableTimer(env);
  let phase: 'opening' | 'open' | 'ended' = 'opening';
  let lastId = 0;
  let frames = 0;
  let pinging = false;

  const end = (error: RealtimeError): void => {
    if (phase === 'ended') return;
    connection.close();
    handlers.ended(connection, error);
  };

  const schedulePing = (): void =>
    due.set(timings.pingEveryMs * (0.9 + 0.2 * env.random()), connection.ping);

  const opened = (): void => {
    if (phase !== 'opening') return;
    if (socket.protocol !== SUBPROTOCOL) {
      end(new HandshakeFailedError(`The server does not speak ${SUBPROTOCOL}.`));
      return;
    }
    phase = 'open';
    schedulePing();
    handlers.opened(connection);
  };

  const ended = (code: number): void =>
    end(
      phase === 'opening'
        ? new HandshakeFailedError('No server, or it refused the handshake.')
        : new ConnectionLostError(code),
    );

  const received = (data: unknown): void => {
    if (phase !== 'open') return;
    frames += 1;
    const frame = readFrame(data);
    if (frame === 'unknown') return;
    if (frame === 'malformed') {
      env.report(new MalformedFrameError('Not a frame of this protocol.'));
    } else if (frame.type === 'events') handlers.events(frame);
    else if (frame.type === 'closing') handlers.closing(connection, frame);
    else {
      const id = frame.id ?? '';
      const question = questions.get(id);
      questions.delete(id);
      question?.cancelDeadline();
      question?.answered(frame);
      if (!question && frame.type === 'error') {
        env.report(new ServerRefusedError(frame));
      }
    }
  };

  const connection: ClientConnection = {
    get isOpen() {
      return phase === 'open';
    },
    ask(question, timeoutMs, answered) {
      if (phase !== 'open') return;
      const id = String(++lastId);
      const cancelDeadline = env.setTimer(() => {
        questions.delete(id);
        answered(undefined);
      }, timeoutMs);
      questions.set(id, { answered, cancelDeadline });
      socket.send(JSON.stringify({ ...question, id }));
    },
    ping() {
      if (phase !== 'open' || pinging) return;
      const framesBefore = frames;
      pinging = true;
      connection.ask({ action: 'ping' }, timings.pongTimeoutMs, (answer) => {
        pinging = false;
        if (answer) {
          schedulePing();
          if (answer.type === 'pong') handlers.pong(connection, answer.positions);
        } else if (frames > framesBefore) {
          // A pong may wait behind other frames; only silence is death.
          connection.ping();
        } else {
          end(new ConnectionDeadError('No answer to ping.'));
        }
      });
    },
    close() {
      if (phase === 'ended') return;
      phase = 'ended';
      due.clear();
      questions.forEach(({ cancelDeadline }) => cancelDeadline());
      questions.clear();
      socket.close(1000);
    },
  };

  let socket: WebSocketLike;
  try {
    socket = new WebSocket(url, [SUBPROTOCOL, BEARER_PREFIX + token]);
  } catch {
    // The platform's error quotes the subprotocol, hence the token: it must not travel on as a cause.
    throw new HandshakeFailedError('A WebSocket takes no such URL or token.');
  }
  socket.addEventListener('open', opened);
  socket.addEventListener('message', ({ data }) => received(data));
  socket.addEventListener('error', () => ended(1006));
  socket.addEventListener('close', ({ code }) => ended(code));
  due.set(timings.connectTimeoutMs, () =>
    end(new HandshakeFailedError('No answer to the handshake.')),
  );
  return connection;
}

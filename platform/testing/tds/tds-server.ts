import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket, createSecureContext } from 'node:tls';
import {
  CANCELLED,
  FAILED,
  done,
  errorAnswer,
  loginAnswer,
  preLoginAnswer,
  rowsAnswer,
  transactionAnswer,
} from './answers.ts';
import type { ServerError, Value } from './answers.ts';
import { PACKET, readMessages, toPackets } from './packets.ts';
import type { Message } from './packets.ts';
import { readBatch, readLogin, readStatement, readTransaction } from './requests.ts';
import type { Credentials, TdsRequest } from './requests.ts';
import { tlsTransport } from './tls-transport.ts';

export type Answer =
  | { rows?: readonly Readonly<Record<string, Value>>[]; rowCount?: number }
  /** `endsTransaction`: as XACT_ABORT does, the server rolls back by itself. */
  | { error: ServerError; endsTransaction?: boolean }
  /** Nothing is answered until the client gives up. */
  | 'hang'
  /** The connection breaks. */
  | 'drop';

export interface TdsServerOptions {
  /** PEM; without it the server says that it cannot encrypt. */
  tls?: { key: string; cert: string };
  /** TDS 8.0: TLS comes before all else. */
  isStrict?: boolean;
  /** The loopback address to listen on; 127.0.0.1 unless given. */
  host?: string;
  /** Refuses a login where it gives an error. The session's number is that which `answer` gets. */
  login?: (credentials: Credentials, session: number) => ServerError | undefined;
  /** Answers what is not answered by itself: begin, commit, rollback, savepoints, settings. */
  answer?: (request: TdsRequest, session: number) => Answer | Promise<Answer>;
}

export interface TdsServer {
  port: number;
  /** All that was asked, in order, with the number of its session. */
  requests: (TdsRequest & { session: number })[];
  logins: Credentials[];
  /** Breaks every connection; the server goes on. */
  dropAll: () => void;
  /** As when the service is restarted: nobody listens between the two. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
  close: () => Promise<void>;
}

/** A SQL Server that says what a test wants it to say, on a real socket. */
export async function startTdsServer(options: TdsServerOptions = {}): Promise<TdsServer> {
  const sockets = new Set<Socket>();
  const requests: TdsServer['requests'] = [];
  const logins: Credentials[] = [];
  let sessions = 0;
  let port = 0;
  let server: Server | undefined;

  const start = async (): Promise<void> => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
      sessions += 1;
      const session = new Session({ ...options, number: sessions, requests, logins, socket });
      session.begin();
    });
    server.listen(port, options.host ?? '127.0.0.1');
    await once(server, 'listening');
    port = toPort(server.address());
  };
  const dropAll = () => sockets.forEach((socket) => socket.destroy());
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => server?.close(resolve));
    dropAll();
    await ended;
  };
  await start();
  return { port, requests, logins, dropAll, stop, start, close: stop };
}

function toPort(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface SessionSettings extends TdsServerOptions {
  number: number;
  socket: Socket;
  requests: TdsServer['requests'];
  logins: Credentials[];
}

/** What every client sends to set its session up. */
const SETTINGS = /^set /i;

class Session {
  readonly #settings: SessionSettings;
  #stream: Duplex;
  #transaction: Buffer | undefined;
  /** Ends the request that hangs. */
  #cancel: (() => void) | undefined;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    this.#stream = settings.socket;
  }

  begin(): void {
    const { socket, tls, isStrict } = this.#settings;
    if (tls !== undefined && isStrict === true) {
      const secureContext = createSecureContext(tls);
      this.#listen(
        new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['tds/8.0'] }),
      );
      return;
    }
    socket.once('data', (chunk: Buffer) => {
      if (chunk.readUInt8(0) !== PACKET.preLogin) {
        socket.destroy();
        return;
      }
      socket.write(toPackets(PACKET.answer, preLoginAnswer(tls !== undefined)));
      this.#listen(tls === undefined ? socket : secured(socket, tls));
    });
  }

  #listen(stream: Duplex): void {
    this.#stream = stream;
    stream.on('error', () => undefined);
    readMessages(stream, (message) => void this.#receive(message));
  }

  async #receive({ type, payload }: Message): Promise<void> {
    switch (type) {
      case PACKET.preLogin:
        this.#write(preLoginAnswer(true));
        return;
      case PACKET.login:
        this.#login(readLogin(payload));
        return;
      case PACKET.batch:
        return this.#respond(readBatch(payload));
      case PACKET.rpc:
        return this.#respond(readStatement(payload));
      case PACKET.transaction:
        return this.#respond(readTransaction(payload));
      case PACKET.attention:
        // The answer to what was cancelled ends first; the acknowledgement is a message of its own.
        this.#cancel?.();
        this.#write(CANCELLED);
        return;
      default:
        this.#settings.socket.destroy();
    }
  }

  #login(credentials: Credentials): void {
    const { logins, login, number } = this.#settings;
    logins.push(credentials);
    const refusal = login?.(credentials, number);
    if (refusal === undefined) this.#write(loginAnswer(credentials.database));
    else this.#write(errorAnswer({ severity: 14, ...refusal }), FAILED);
  }

  async #respond(request: TdsRequest): Promise<void> {
    const { requests, number, answer } = this.#settings;
    if (request.kind === 'batch' && SETTINGS.test(request.sql)) {
      this.#write(done(0, 0));
      return;
    }
    requests.push({ ...request, session: number });
    const given = (await answer?.(request, number)) ?? {};
    if (given === 'drop') this.#settings.socket.destroy();
    else if (given === 'hang') this.#cancel = () => this.#endHanging();
    else if ('error' in given) this.#fail(given);
    else this.#succeed(request, given);
  }

  #endHanging(): void {
    this.#cancel = undefined;
    this.#write(done(0, 0));
  }

  #fail({ error, endsTransaction }: Extract<Answer, { error: unknown }>): void {
    const id = this.#transaction;
    if (endsTransaction === true && id !== undefined) {
      this.#transaction = undefined;
      this.#write(errorAnswer(error), transactionAnswer('rollback', id), FAILED);
    } else {
      this.#write(errorAnswer(error), FAILED);
    }
  }

  #succeed(
    request: TdsRequest,
    { rows = [], rowCount = rows.length }: Extract<Answer, { rows?: unknown }>,
  ): void {
    if (request.kind === 'begin') {
      const id = Buffer.alloc(8, this.#settings.number);
      this.#transaction = id;
      this.#write(transactionAnswer('begin', id), done(0, 0));
    } else if (request.kind === 'commit' || request.kind === 'rollback') {
      const id = this.#transaction ?? Buffer.alloc(8);
      this.#transaction = undefined;
      this.#write(transactionAnswer(request.kind, id), done(0, 0));
    } else {
      this.#write(rowsAnswer(rows), done(rowCount, 0));
    }
  }

  #write(...tokens: readonly Buffer[]): void {
    if (this.#stream.writable) this.#stream.write(toPackets(PACKET.answer, Buffer.concat(tokens)));
  }
}

function secured(socket: Socket, tls: { key: string; cert: string }): TLSSocket {
  return new TLSSocket(tlsTransport(socket), {
    isServer: true,
    // Later versions speak once more after the handshake, when the packets around it are gone.
    secureContext: createSecureContext({ ...tls, maxVersion: 'TLSv1.2' }),
  });
}

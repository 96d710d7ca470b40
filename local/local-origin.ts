import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { HTTP_LIMITS, createHttpServer } from '@ordercast/platform/http-server.ts';
import type { HttpLimits } from '@ordercast/platform/http-server.ts';

export type Handle = (request: IncomingMessage, response: ServerResponse) => void;
export type HandleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** The port or the address cannot be had; the message says what to do. */
export class CannotListenError extends Error {
  override name = 'CannotListenError';
}

export interface LocalOrigin {
  port: number;
  /** Begins to answer, first those who came while the system was starting. */
  serve(handle: Handle, handleUpgrade: HandleUpgrade): void;
  /** Stops accepting, lets running requests end for at most `graceMs`, then cuts the rest. */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens on both loopback addresses, since `localhost` may mean either, and on `host` beside them: in a
 * container nobody outside reaches the loopback. Port 0 takes a free one. Throws {@link CannotListenError}.
 */
export async function openLocalOrigin(
  wanted: number,
  host?: string,
  limits: HttpLimits = HTTP_LIMITS,
): Promise<LocalOrigin> {
  const first = await listen(wanted, host?.replace(/^\[(.*)\]$/, '$1') ?? '127.0.0.1', limits);
  const { port, address } = addressOf(first);
  const servers = [first];
  for (const other of besides(address)) {
    servers.push(...(await listenToo(port, other, limits, servers)));
  }
  const early = keepEarlyComers(servers);
  return {
    port,
    serve(handle, handleUpgrade) {
      for (const server of servers) server.on('request', handle).on('upgrade', handleUpgrade);
      early.release(handle, handleUpgrade);
    },
    close: async (graceMs) => {
      await Promise.all(servers.map((server) => closeServer(server, graceMs)));
    },
  };
}

/** What the first server, at this address, does not answer; a wildcard address takes the loopback in. */
function besides(address: string): string[] {
  if (address === '0.0.0.0' || address === '::') return [];
  const plain = address.replace(/^::ffff:/, '');
  return ['127.0.0.1', '::1'].filter((loopback) => loopback !== plain);
}

/** Nothing where the machine has no such address. Where another has the port, all are closed again. */
async function listenToo(
  port: number,
  address: string,
  limits: HttpLimits,
  open: Server[],
): Promise<Server[]> {
  try {
    return [await listen(port, address, limits)];
  } catch (error) {
    if (!isCode(error, 'EADDRINUSE')) return [];
    await Promise.all(open.map((server) => closeServer(server, 0)));
    throw error;
  }
}

function listen(port: number, host: string, limits: HttpLimits): Promise<Server> {
  const server = createHttpServer(limits);
  // Node leaves the errors of a socket to whoever upgrades it, and one that nobody hears ends the process.
  server.on('upgrade', (_request, socket) => socket.on('error', () => undefined));
  return new Promise((resolve, reject) => {
    // Also for good: a connection that cannot be accepted is no reason to end.
    server.on('error', (error) => {
      reject(new CannotListenError(reasonOf(error, port, host), { cause: error }));
    });
    server.listen(port, host, () => resolve(server));
  });
}

function reasonOf(error: Error, port: number, host: string): string {
  const another = `PORT=${port === 8080 || port === 65_535 ? 8081 : port + 1} npm start`;
  switch ('code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return `Port ${port} is in use. Stop what uses it, or choose another: ${another}`;
    case 'EACCES':
      return `You may not listen on port ${port}. Choose one of 1024 or above: PORT=8080 npm start`;
    default:
      return `${host} is no address of this machine (${error.message}). Leave LISTEN_HOST out to listen on localhost.`;
  }
}

function isCode(error: unknown, code: string): boolean {
  const cause = error instanceof CannotListenError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === code;
}

/** Node drops what nobody listens for without a word; whoever comes early shall wait instead. */
function keepEarlyComers(servers: readonly Server[]) {
  const waiting: ((handle: Handle, handleUpgrade: HandleUpgrade) => void)[] = [];
  const keepRequest: Handle = (request, response) => {
    waiting.push((handle) => handle(request, response));
  };
  const keepUpgrade: HandleUpgrade = (request, socket, head) => {
    waiting.push((_handle, handleUpgrade) => handleUpgrade(request, socket, head));
  };
  for (const server of servers) server.on('request', keepRequest).on('upgrade', keepUpgrade);
  return {
    release(handle: Handle, handleUpgrade: HandleUpgrade): void {
      for (const server of servers) server.off('request', keepRequest).off('upgrade', keepUpgrade);
      for (const answer of waiting.splice(0)) answer(handle, handleUpgrade);
    },
  };
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address;
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

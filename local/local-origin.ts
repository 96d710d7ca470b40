import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export type Handle = (request: IncomingMessage, response: ServerResponse) => void;
export type HandleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** The port cannot be had; the message says what to do. */
export class PortTakenError extends Error {
  override name = 'PortTakenError';
}

export interface LocalOrigin {
  port: number;
  /** Begins to answer, first those who came while the system was starting. */
  serve(handle: Handle, handleUpgrade: HandleUpgrade): void;
  /** Stops accepting, lets running requests end for at most `graceMs`, then cuts the rest. */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens on both loopback addresses, since `localhost` may mean either, or on `host` instead: in a
 * container nobody outside reaches the loopback. Port 0 takes a free one.
 */
export async function openLocalOrigin(wanted: number, host?: string): Promise<LocalOrigin> {
  const first = await listen(wanted, host ?? '127.0.0.1');
  const { port } = addressOf(first);
  const servers = host === undefined ? [first, ...(await listenOnIPv6(port, first))] : [first];
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

/** Nothing where the machine has no IPv6. Where another has the port, `first` is closed again. */
async function listenOnIPv6(port: number, first: Server): Promise<Server[]> {
  try {
    return [await listen(port, '::1')];
  } catch (error) {
    if (!(error instanceof PortTakenError)) return [];
    await closeServer(first, 0);
    throw error;
  }
}

function listen(port: number, host: string): Promise<Server> {
  const server = createServer({ keepAliveTimeout: 65_000 });
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject('code' in error && error.code === 'EADDRINUSE' ? portTaken(port, error) : error);
    });
    server.listen(port, host, () => resolve(server));
  });
}

function portTaken(port: number, cause: Error): PortTakenError {
  const message =
    `Port ${port} is in use. Stop what uses it, or choose another: ` +
    `PORT=${port === 8080 ? 8081 : port + 1} npm start`;
  return new PortTakenError(message, { cause });
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

import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** What strangers may hold of a server, and for how long. */
export interface HttpLimits {
  /** For all headers of a request, from the connection on, or from the first byte of a later request. */
  headersMs: number;
  /** For a whole request, its body too. Later than that it is answered with 408. */
  requestMs: number;
  /** For an answer that its caller does not read on. */
  unreadMs: number;
  /** How long a connection is kept between two requests. */
  keepAliveMs: number;
  /** How often late requests are looked for. */
  checkEveryMs: number;
  /** Connections that have no whole request yet, or no more; the one that waits longest ends for a newer one. */
  waitingConnections: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headersMs: 10_000,
  // A 64 KB body at 26 kbit/s; also less than what a stopping service has left.
  requestMs: 20_000,
  unreadMs: 60_000,
  // Above the load balancer's idle limit of 60 s: else it would reuse a connection just closed.
  keepAliveMs: 65_000,
  checkEveryMs: 1_000,
  // More than clients that come back all at once, and at 15 KB each no memory that is missed.
  waitingConnections: 8_000,
};

/**
 * An HTTP server on which slow or silent strangers cannot keep others out: each request has its deadline, and
 * of the connections that wait the oldest ends where there are too many, so that a new one always gets in.
 */
export function createHttpServer(limits: HttpLimits, handler?: RequestListener): Server {
  const server: Server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      // Another protocol than these may be asked for and ignored (RFC 9110, section 7.8), as `h2c` is by curl.
      shouldUpgradeCallback: ({ headers }) =>
        server.listenerCount('upgrade') > 0 && headers.upgrade?.toLowerCase() === 'websocket',
    },
    handler,
  );
  server.timeout = limits.unreadMs;
  boundWaiting(server, limits.waitingConnections);
  return server;
}

function boundWaiting(server: Server, most: number): void {
  /** In the order in which they began to wait. */
  const waiting = new Set<Duplex>();
  /** Requests in hand by connection; a caller may send the next before the answer. */
  const inHand = new Map<Duplex, number>();
  const wait = (socket: Duplex): void => {
    waiting.add(socket);
    for (const oldest of waiting) {
      if (waiting.size <= most) return;
      waiting.delete(oldest);
      oldest.destroy();
    }
  };
  server.on('connection', (socket) => {
    socket.once('close', () => {
      waiting.delete(socket);
      inHand.delete(socket);
    });
    wait(socket);
  });
  server.on('request', (request, response) => {
    const { socket } = request;
    inHand.set(socket, (inHand.get(socket) ?? 0) + 1);
    const stopWaiting = () => {
      // What comes after the answer changes nothing: it waits for its next request by then.
      if ((inHand.get(socket) ?? 0) > 0) waiting.delete(socket);
    };
    // Who has not sent the whole body yet still makes us wait.
    if (hasBody(request)) request.once('end', stopWaiting);
    else stopWaiting();
    response.once('close', () => {
      if (socket.destroyed) return;
      const left = (inHand.get(socket) ?? 1) - 1;
      inHand.set(socket, left);
      if (left === 0) wait(socket);
    });
  });
  server.on('upgrade', (_request, socket) => waiting.delete(socket));
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer, type VerifyClientCallbackAsync } from 'ws';
import type { Admission, createAdmission } from './admission.ts';
import { GatewayConnection } from './gateway-connection.ts';
import type { ConnectionTable } from './connection-table.ts';
import {
  BAD_REQUEST,
  errorBody,
  FORBIDDEN,
  TOO_MANY_REQUESTS,
  UNAVAILABLE,
  type GatewayError,
} from './gateway-error.ts';
import type { GatewayLimits } from './gateway-limits.ts';
import { hasReadableQuery, identityOf, pathOf } from './handshake-request.ts';
import { createTokenBucket } from './token-bucket.ts';

export interface HandshakeOptions {
  stage: string;
  limits: GatewayLimits;
  table: ConnectionTable;
  admit: ReturnType<typeof createAdmission>;
  /** Epoch ms. */
  clock: () => number;
  makeId: () => string;
  log: Pick<Logger, 'error'>;
}

type Decide = Parameters<VerifyClientCallbackAsync>[1];

/**
 * Opens connections. `ws` checks the handshake's form first; then the path, the rate of new
 * connections and the admission are asked, and only then is the upgrade answered.
 */
export function createHandshake(options: HandshakeOptions) {
  const { stage, limits, table, admit, clock, makeId, log } = options;
  const paths = new Set([`/${stage}`, `/${stage}/`]);
  const takeConnect = createTokenBucket({
    perSecond: limits.connectsPerSecond,
    burst: limits.connectsBurst,
    clock,
  });
  const protocols = new WeakMap<IncomingMessage, string>();
  const admitted = new WeakMap<IncomingMessage, GatewayConnection>();
  const pending = new Set<Promise<void>>();
  let closing = false;

  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    handleProtocols: (_offered, request) => protocols.get(request) ?? false,
    verifyClient: ({ req }, decide) => {
      const work = open(req, decide).catch((error: unknown) => {
        log.error({ err: error }, 'a handshake failed');
        req.socket.destroy();
      });
      pending.add(work);
      void work.finally(() => pending.delete(work));
    },
  });

  async function open(request: IncomingMessage, decide: Decide): Promise<void> {
    const id = makeId();
    const facts = {
      id,
      connectedAt: clock(),
      identity: identityOf(request),
      authorizer: undefined,
    };
    const error = refusalOf(request);
    const admission: Admission = error ? { admitted: false, error } : await admit(facts, request);
    if (!admission.admitted) {
      const { status, message, errorType } = admission.error;
      const requestId = makeId();
      decide(false, status, errorBody(message, { connectionId: id, requestId }), {
        'Content-Type': 'application/json',
        'x-amzn-RequestId': requestId,
        'x-amzn-ErrorType': errorType,
      });
      return;
    }
    const { authorizer, protocol } = admission;
    const connection = new GatewayConnection({ ...facts, authorizer }, limits);
    if (protocol !== undefined) protocols.set(request, protocol);
    admitted.set(request, connection);
    decide(true);
    // `$connect` said yes to a client that has meanwhile gone: it must hear of the end.
    if (!connection.socket) table.end(connection, 1006, '');
  }

  function refusalOf(request: IncomingMessage): GatewayError | undefined {
    if (closing) return UNAVAILABLE;
    if (!paths.has(pathOf(request))) return FORBIDDEN;
    if (!hasReadableQuery(request)) return BAD_REQUEST;
    return takeConnect() ? undefined : TOO_MANY_REQUESTS;
  }

  /** A function of its own, since its listener must not keep the handshake's request alive. */
  function measureFrames(socket: Duplex, connection: GatewayConnection): void {
    // Ahead of the listener that `ws` has just added: a frame is measured before it is taken.
    socket.prependListener('data', (chunk: Buffer) => {
      if (connection.scan(chunk)) table.closeForFrame(connection);
    });
  }

  return {
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      server.handleUpgrade(request, socket, head, (webSocket) => {
        const connection = admitted.get(request);
        if (!connection) return;
        table.open(connection, webSocket);
        measureFrames(socket, connection);
      });
    },
    /** From now on every handshake is refused with 503, one that waits for its answer too. */
    close(): void {
      closing = true;
      server.close();
    },
    async idle(): Promise<void> {
      await Promise.all(pending);
    },
  };
}

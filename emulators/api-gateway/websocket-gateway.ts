import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { createAdmission } from './admission.ts';
import { ConnectionTable } from './connection-table.ts';
import { createEventFactory } from './event-factory.ts';
import { createIdSource } from './gateway-id.ts';
import { API_GATEWAY_LIMITS, type GatewayLimits } from './gateway-limits.ts';
import type { GatewayHandler } from './gateway-event.ts';
import { createHandshake } from './handshake.ts';
import { Invoker } from './invoker.ts';
import { createManagementApi } from './management-api.ts';
import { createMessageRouter } from './message-router.ts';
import { createRequestAuthorizer, type Authorizer } from './request-authorizer.ts';
import { createRouteSelection } from './route-selection.ts';
import { createTokenBucket } from './token-bucket.ts';

export interface GatewayRoutes {
  $connect?: GatewayHandler;
  $disconnect?: GatewayHandler;
  $default?: GatewayHandler;
  [routeKey: string]: GatewayHandler | undefined;
}

export interface GatewayOptions {
  /** First segment of every path, and the stage in events. */
  stage: string;
  /** `host[:port]` that clients reach; a function where the port is known only later. */
  domainName: string | (() => string);
  apiId?: string;
  routes: GatewayRoutes;
  /** Where a message names its route; `$request.body.action` unless said otherwise. */
  routeSelectionExpression?: string;
  /** Routes whose response body is sent back; none unless asked for, as on AWS. */
  routeResponses?: readonly string[];
  authorizer?: Authorizer;
  limits?: Partial<GatewayLimits>;
  /** The probability, asked for at each end of a connection, that its `$disconnect` is lost. */
  dropDisconnects?: () => number;
  /** False answers an `@connections` call with 403, as a missing right does. All may by default. */
  mayManage?: (request: IncomingMessage) => boolean;
  /** Milliseconds that `close` waits for handlers and for clients to take their leave. */
  closeTimeoutMs?: number;
  /** Epoch milliseconds. */
  clock?: () => number;
  /** From 0 to 1; ids come from it. */
  random?: () => number;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

export interface WebSocketGateway {
  /** For the server's `upgrade` event: takes every upgrade and answers those to other paths 403. */
  handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** For the server's `request` event: true where it was an `@connections` call, which it answers. */
  handleRequest: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Connections that stand: `$connect` returned and the end has not come. */
  readonly connectionCount: number;
  /**
   * Takes no more connections, closes all with 1001, and resolves when their handlers have ended
   * and the sockets are closed, or after `closeTimeoutMs`: then what is left is cut.
   */
  close: (options?: { reason?: string }) => Promise<void>;
}

/**
 * A stand-in for an API Gateway WebSocket API, to be mounted on an HTTP server: same handlers, same
 * events, same management API, same limits. `docs/gateway.md` says how it differs.
 */
export function createWebSocketGateway(options: GatewayOptions): WebSocketGateway {
  const { stage, domainName, routes, log, clock = Date.now, random = Math.random } = options;
  const limits = { ...API_GATEWAY_LIMITS, ...options.limits };
  const makeId = createIdSource(random);
  const invoker = new Invoker({ timeoutMs: limits.integrationTimeoutMs, clock, makeId, log });
  const events = createEventFactory({
    stage,
    domainName: typeof domainName === 'string' ? () => domainName : domainName,
    apiId: options.apiId ?? 'local',
    clock,
    makeId,
  });
  const take = createTokenBucket({
    perSecond: limits.requestsPerSecond,
    burst: limits.requestsBurst,
    clock,
  });
  const { $connect, $disconnect, ...messageRoutes } = routes;
  const table = new ConnectionTable({
    limits,
    clock,
    route: createMessageRouter({
      routes: handlersOf(messageRoutes),
      selectRoute: createRouteSelection(options.routeSelectionExpression ?? '$request.body.action'),
      routeResponses: new Set(options.routeResponses),
      take,
      events,
      invoker,
      clock,
    }),
    onEnd: (connection, code, reason) => {
      if (!$disconnect || random() < (options.dropDisconnects?.() ?? 0)) return;
      const event = events.disconnect(connection, code, reason);
      void invoker.invoke('$disconnect', (context) => $disconnect(event, context), {
        connectionId: connection.id,
      });
    },
  });
  const handshake = createHandshake({
    stage,
    limits,
    table,
    admit: createAdmission({
      authorize:
        options.authorizer &&
        createRequestAuthorizer({
          ...options.authorizer,
          events,
          invoker,
          resultBytes: limits.authorizerResultBytes,
        }),
      connect: $connect,
      events,
      invoker,
    }),
    clock,
    makeId,
    log,
  });
  /** In this order: each of the first two can start the last one's work. */
  async function drained(): Promise<void> {
    await handshake.idle();
    await table.empty();
    await invoker.idle();
  }

  return {
    handleUpgrade: (request, socket, head) => handshake.handleUpgrade(request, socket, head),
    handleRequest: createManagementApi({
      stage,
      limits,
      find: (connectionId) => table.find(connectionId),
      disconnect: (connection) => table.close(connection, 1000),
      take,
      mayManage: options.mayManage ?? (() => true),
      clock,
      makeId,
    }),
    get connectionCount() {
      return table.size;
    },
    close: async ({ reason } = {}) => {
      handshake.close();
      table.closeAll(1001, reason);
      await within(options.closeTimeoutMs ?? 5_000, drained());
      table.terminate();
    },
  };
}

function handlersOf(
  routes: Record<string, GatewayHandler | undefined>,
): ReadonlyMap<string, GatewayHandler> {
  const handlers = new Map<string, GatewayHandler>();
  for (const [routeKey, handler] of Object.entries(routes)) {
    if (handler) handlers.set(routeKey, handler);
  }
  return handlers;
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

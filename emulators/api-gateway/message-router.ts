import type { GatewayConnection } from './gateway-connection.ts';
import type { EventFactory } from './event-factory.ts';
import type { GatewayHandler } from './gateway-event.ts';
import { errorBody } from './gateway-error.ts';
import type { Invoker } from './invoker.ts';
import { parseProxyResponse } from './proxy-response.ts';

export interface MessageRouterOptions {
  /** By route key, `$default` included. */
  routes: ReadonlyMap<string, GatewayHandler>;
  selectRoute: (body: string) => string | undefined;
  /** Routes whose response body goes back to the client. */
  routeResponses: ReadonlySet<string>;
  /** The account's throttle. */
  take: () => boolean;
  events: EventFactory;
  invoker: Invoker;
  /** Epoch ms. */
  clock: () => number;
}

/**
 * Takes a client's message to its route's handler. Messages of one connection do not wait for each
 * other, as on AWS. Never rejects.
 */
export function createMessageRouter(options: MessageRouterOptions) {
  const { routes, selectRoute, routeResponses, take, events, invoker, clock } = options;
  const selective = routes.size > (routes.has('$default') ? 1 : 0);

  async function respond(
    connection: GatewayConnection,
    body: string,
  ): Promise<string | Buffer | undefined> {
    const selected = selective ? selectRoute(body) : undefined;
    const routeKey = selected !== undefined && routes.has(selected) ? selected : '$default';
    const handler = routes.get(routeKey);
    const event = events.message(connection, routeKey, body);
    const { requestContext } = event;
    if (!take()) return errorBody('Too Many Requests', requestContext);
    if (!handler) return errorBody('Forbidden', requestContext);
    const invocation = await invoker.invoke(routeKey, (context) => handler(event, context), {
      connectionId: connection.id,
    });
    if (invocation.outcome === 'timedOut') {
      return errorBody('Endpoint request timed out', requestContext);
    }
    const response =
      invocation.outcome === 'returned' ? parseProxyResponse(invocation.value) : undefined;
    if (!response) return errorBody('Internal server error', requestContext);
    if (!routeResponses.has(routeKey) || response.body == null) return undefined;
    return Buffer.from(response.body, response.isBase64Encoded ? 'base64' : 'utf8');
  }

  return async (connection: GatewayConnection, body: string): Promise<void> => {
    const text = await respond(connection, body);
    if (text !== undefined && !connection.ended) connection.send(Buffer.from(text), clock());
  };
}

import { SUBPROTOCOL } from '@ordercast/protocol/limits.ts';
import { z } from 'zod';
import type { ConnectionRegistry } from '../connections/connection-registry.ts';
import { identityContextSchema } from './authorizer-context.ts';
import { handshakeHeadersSchema, offeredSubprotocols } from './subprotocol.ts';
import type { CallbackEndpoint, HandlerResponse } from './websocket-event.ts';
import { requestContextSchema } from './websocket-event.ts';

const eventSchema = handshakeHeadersSchema.extend({
  requestContext: requestContextSchema.extend({
    connectedAt: z.number(),
    authorizer: identityContextSchema,
  }),
});

export interface ConnectOptions {
  registry: ConnectionRegistry;
  isRevoked: (sub: string, issuedAt: number) => Promise<boolean>;
  callbackEndpoint: CallbackEndpoint;
}

/**
 * `$connect`: registers the connection under the identity that the authorizer found, and chooses the
 * subprotocol. A client that does not offer it is refused with 400.
 */
export function createConnectHandler({ registry, isRevoked, callbackEndpoint }: ConnectOptions) {
  return async (event: unknown): Promise<HandlerResponse> => {
    const { requestContext, ...handshake } = eventSchema.parse(event);
    if (!offeredSubprotocols(handshake).includes(SUBPROTOCOL)) return { statusCode: 400 };
    const { connectionId, connectedAt, authorizer } = requestContext;
    const { issuedAt, ...identity } = authorizer;
    const endpoint = callbackEndpoint(requestContext);
    await registry.connect({ ...identity, connectionId, connectedAt, endpoint });
    // Whoever ends an access notes that first and looks for connections after: so one of the two
    // always sees the other.
    if (await isRevoked(identity.sub, issuedAt)) {
      await registry.remove(connectionId);
      return { statusCode: 401 };
    }
    return { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } };
  };
}

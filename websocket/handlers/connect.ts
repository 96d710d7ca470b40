import { SUBPROTOCOL } from '@ordercast/protocol/limits.ts';
import { z } from 'zod';
import type { ConnectionRegistry } from '../connections/connection-registry.ts';
import { identityContextSchema } from './authorizer-context.ts';
import { offeredSubprotocols } from './subprotocol.ts';
import type { CallbackEndpoint, HandlerResponse } from './websocket-event.ts';
import { requestContextSchema } from './websocket-event.ts';

const eventSchema = z.object({
  headers: z.record(z.string(), z.string()).default({}),
  requestContext: requestContextSchema.extend({
    connectedAt: z.number(),
    authorizer: identityContextSchema,
  }),
});

export interface ConnectOptions {
  registry: ConnectionRegistry;
  callbackEndpoint: CallbackEndpoint;
}

/**
 * `$connect`: registers the connection under the identity that the authorizer found, and chooses the
 * subprotocol. A client that does not offer it is refused with 400.
 */
export function createConnectHandler({ registry, callbackEndpoint }: ConnectOptions) {
  return async (event: unknown): Promise<HandlerResponse> => {
    const { headers, requestContext } = eventSchema.parse(event);
    if (!offeredSubprotocols(headers).includes(SUBPROTOCOL)) return { statusCode: 400 };
    const { connectionId, connectedAt, authorizer } = requestContext;
    const endpoint = callbackEndpoint(requestContext);
    await registry.connect({ ...authorizer, connectionId, connectedAt, endpoint });
    return { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } };
  };
}

import type { GatewayOptions } from './gateway/websocket-gateway.ts';
import type { Realtime } from './realtime.ts';

/** The core's handlers as the routes and the authorizer of a WebSocket API. */
export function realtimeRoutes({
  authorizer,
  connect,
  disconnect,
  message,
}: Realtime): Pick<GatewayOptions, 'routes' | 'authorizer'> {
  return {
    routes: { $connect: connect, $disconnect: disconnect, $default: message },
    authorizer: {
      handler: authorizer,
      identitySource: ['route.request.header.Sec-WebSocket-Protocol'],
    },
  };
}

import type { Realtime } from './realtime.ts';

/** The core's handlers as a WebSocket API names them, and the authorizer of its `$connect`. */
export function realtimeRoutes({ authorizer, connect, disconnect, message }: Realtime) {
  return {
    routes: { $connect: connect, $disconnect: disconnect, $default: message },
    authorizer: {
      handler: authorizer,
      identitySource: ['route.request.header.Sec-WebSocket-Protocol'],
    },
  };
}

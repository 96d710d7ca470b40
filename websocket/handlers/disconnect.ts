import { z } from 'zod';
import type { ConnectionRegistry } from '../connections/connection-registry.ts';
import type { HandlerResponse } from './websocket-event.ts';
import { requestContextSchema } from './websocket-event.ts';

const eventSchema = z.object({ requestContext: requestContextSchema });

/** `$disconnect`, which may never come: forgets the connection with all its subscriptions. */
export function createDisconnectHandler({ registry }: { registry: ConnectionRegistry }) {
  return async (event: unknown): Promise<HandlerResponse> => {
    const { requestContext } = eventSchema.parse(event);
    await registry.remove(requestContext.connectionId);
    return { statusCode: 200 };
  };
}

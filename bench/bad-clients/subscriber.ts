import { once } from 'node:events';
import { ORDERS_CHANNEL } from '@ordercast/contract/channel.ts';
import { BEARER_PREFIX, SUBPROTOCOL } from '@ordercast/protocol/limits.ts';
import { serverMessageSchema } from '@ordercast/protocol/server-message.ts';
import { WebSocket } from 'ws';
import { eventDataSchema } from './publish-order.ts';
import type { RealtimeApi } from './realtime-api.ts';

/** Subscribes as a member of staff, and resolves with the socket when the subscription stands. */
export async function subscribe(api: RealtimeApi, sub: string): Promise<WebSocket> {
  const socket = new WebSocket(api.url, [SUBPROTOCOL, `${BEARER_PREFIX}${api.token(sub)}`]);
  await once(socket, 'open');
  socket.send(JSON.stringify({ action: 'subscribe', id: 's', channel: ORDERS_CHANNEL }));
  const answer: unknown = (await once(socket, 'message'))[0];
  const message = messageOf(answer);
  if (message.type !== 'subscribed') throw new Error(`not subscribed: ${String(answer)}`);
  return socket;
}

/** Calls back with the time in ms from commit to here of each event, once an event. */
export function onDelivery(socket: WebSocket, callback: (latencyMs: number) => void): void {
  const seen = new Set<string>();
  socket.on('message', (data) => {
    const now = Date.now();
    const message = messageOf(data);
    if (message.type !== 'events') return;
    for (const { id, data: eventData } of message.events) {
      // A late post is made again, and a client drops the repeat.
      if (seen.has(id)) continue;
      seen.add(id);
      callback(now - eventDataSchema.parse(eventData).committedAt);
    }
  });
}

function messageOf(data: unknown) {
  return serverMessageSchema.parse(JSON.parse(String(data)));
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import { ORDERS_CHANNEL } from '@ordercast/contract/channel.ts';
import { STAFF_GROUP } from '@ordercast/contract/role.ts';
import type { WebSocket } from 'ws';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import type { RealtimeApi } from './realtime-api.ts';
import { subscribe } from './subscriber.ts';
import { until } from './until.ts';

export interface BadClients {
  /** @throws where they were not as bad as they should have been. */
  verify: () => Promise<void>;
  /** They go, in such a way that no post to them goes on. */
  remove: () => Promise<void>;
}

export interface BadClientCounts {
  /** Their sockets are open and read nothing: a post is answered with 429. */
  stalled: number;
  /** Their sockets have gone and nobody was told: a post is answered with 410. */
  gone: number;
  /** A post to them is never answered. */
  hanging: number;
}

/** Connects and subscribes so many bad clients of each kind. */
export async function addBadClients(
  api: RealtimeApi,
  counts: BadClientCounts,
): Promise<BadClients> {
  const kinds = [
    await addStalled(api, counts.stalled),
    await addGone(api, counts.gone),
    await addHanging(api, counts.hanging),
  ];
  return {
    verify: async () => {
      for (const kind of kinds) await kind.verify();
    },
    remove: async () => {
      for (const kind of kinds) await kind.remove();
    },
  };
}

async function addStalled(api: RealtimeApi, count: number): Promise<BadClients> {
  const clients = await subscribeMany(api, 'stalled', count);
  for (const { socket } of clients) socket.pause();
  await Promise.all(clients.map(({ connectionId }) => fill(api, connectionId)));
  return {
    verify: async () => {
      for (const { connectionId } of clients) {
        if (await post(api, connectionId, SMALL_BYTES))
          throw new Error('a stalled client took a post');
      }
    },
    remove: async () => {
      for (const { socket } of clients) socket.terminate();
      await forgotten(api, clients);
    },
  };
}

async function addGone(api: RealtimeApi, count: number): Promise<BadClients> {
  const clients = await subscribeMany(api, 'gone', count);
  const left = api.connectionCount() - count;
  api.loseDisconnects(true);
  for (const { socket } of clients) socket.terminate();
  await until('the gateway sees them go', () => api.connectionCount() === left);
  api.loseDisconnects(false);
  return {
    // Only a post that was answered with 410 makes them forgotten.
    verify: () => forgotten(api, clients),
    remove: () => Promise.resolve(),
  };
}

async function addHanging({ registry }: RealtimeApi, count: number): Promise<BadClients> {
  let posts = 0;
  const server = createServer(() => (posts += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clients = Array.from({ length: count }, (_unused, index) => `hanging-${index}`);
  const now = Date.now();
  for (const connectionId of clients) {
    await registry.connect({
      connectionId,
      endpoint: `http://127.0.0.1:${portOf(server)}/realtime`,
      sub: connectionId,
      groups: [STAFF_GROUP],
      connectedAt: now,
      expiresAt: now + 3_600_000,
    });
    await registry.subscribe(connectionId, ORDERS_CHANNEL);
  }
  return {
    verify: () => {
      if (posts < count) throw new Error('not every hanging client was posted to');
      return Promise.resolve();
    },
    remove: async () => {
      for (const connectionId of clients) await registry.remove(connectionId);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Client {
  socket: WebSocket;
  connectionId: string;
}

async function subscribeMany(api: RealtimeApi, name: string, count: number): Promise<Client[]> {
  const clients: Client[] = [];
  for (let index = 0; index < count; index += 1) {
    const sub = `${name}-${index}`;
    const socket = await subscribe(api, sub);
    for await (const page of api.registry.connections({ sub })) {
      clients.push(...page.map(({ connectionId }) => ({ socket, connectionId })));
    }
  }
  return clients;
}

/** Smaller than the frame of any event. */
const SMALL_BYTES = 100;

/** Posts until not even a small frame is taken: what lies between the two is full. */
async function fill(api: RealtimeApi, connectionId: string): Promise<void> {
  const mostPosts = 1_000;
  for (const bytes of [128 * 1024, 4 * 1024, SMALL_BYTES]) {
    let posts = 0;
    while (await post(api, connectionId, bytes)) {
      posts += 1;
      if (posts > mostPosts) throw new Error('a client that reads nothing takes everything');
    }
  }
}

/** False where the gateway says that the client does not read. */
async function post(api: RealtimeApi, connectionId: string, bytes: number): Promise<boolean> {
  const url = `${api.endpoint}/@connections/${encodeURIComponent(connectionId)}`;
  const response = await fetch(url, { method: 'POST', body: 'x'.repeat(bytes) });
  await response.arrayBuffer();
  if (response.ok || response.status === 429) return response.ok;
  throw new Error(`a post was answered with ${response.status}`);
}

async function forgotten({ registry }: RealtimeApi, clients: readonly Client[]): Promise<void> {
  await until('the table forgets them', async () => {
    const found = await Promise.all(clients.map(({ connectionId }) => registry.get(connectionId)));
    return found.every((connection) => connection === undefined);
  });
}

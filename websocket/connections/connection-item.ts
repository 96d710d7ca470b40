import { z } from 'zod';
import { channelOfShard, channelShard } from './channel-shard.ts';
import type { Connection } from './connection-registry.ts';

/**
 * Rows outlive every connection a little: API Gateway ends one after two hours, and `$disconnect`,
 * which removes the row, is best effort.
 */
const ROW_LIFE_MS = 3 * 60 * 60 * 1000;

/**
 * Each connection holds a place on a channel of its subject that nobody publishes to: so that a
 * subject's connections are found without an index.
 */
const SUBJECT_PREFIX = 'subject~';

/** The channel that all connections of a subject are on. */
export function subjectChannel(sub: string): string {
  return SUBJECT_PREFIX + sub;
}

/** The partition of that channel: it has only one. */
export function subjectShard(connection: { sub: string; connectionId: string }): string {
  return channelShard(subjectChannel(connection.sub), connection.connectionId, 1);
}

const connectionItemSchema = z.object({
  connectionId: z.string(),
  endpoint: z.string(),
  sub: z.string(),
  groups: z.array(z.string()),
  expiresAt: z.number(),
  connectedAt: z.number(),
  /** `channel#shard` of every subscription: what has to be deleted with the connection. */
  shards: z.set(z.string()),
  minute: z.number().optional(),
  messages: z.number().optional(),
});
export type ConnectionItem = z.infer<typeof connectionItemSchema>;

/** @throws ZodError for an item that is no connection's. */
export function parseConnectionItem(item: unknown): ConnectionItem {
  return connectionItemSchema.parse(item);
}

/** The item of a new connection, without subscriptions. */
export function connectionItem(connection: Omit<Connection, 'channels'>) {
  return {
    ...connection,
    groups: [...connection.groups],
    shards: new Set([subjectShard(connection)]),
    ttl: rowTtl(connection.connectedAt),
  };
}

/** The connection that an item holds, with the channels it is subscribed to. */
export function connectionOf(item: ConnectionItem): Connection {
  const { connectionId, endpoint, sub, groups, expiresAt, connectedAt } = item;
  const all = new Set([...item.shards].map(channelOfShard));
  const channels = [...all].filter((channel) => !channel.startsWith(SUBJECT_PREFIX));
  return { connectionId, endpoint, sub, groups, expiresAt, connectedAt, channels };
}

/** Epoch seconds at which DynamoDB may delete a row of a connection. */
export function rowTtl(connectedAt: number): number {
  return Math.ceil((connectedAt + ROW_LIFE_MS) / 1000);
}

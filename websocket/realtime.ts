import type { ApiGatewayManagementApiClientConfig } from '@aws-sdk/client-apigatewaymanagementapi';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Logger } from 'pino';
import type { BroadcastQueue } from './broadcast/broadcast-queue.ts';
import type { DeliverBroadcast } from './broadcast/deliver-broadcast.ts';
import { createBroadcastDelivery } from './broadcast/deliver-broadcast.ts';
import { createQueuedFanOut } from './broadcast/queued-fan-out.ts';
import type { ChannelPolicy } from './channel-policy.ts';
import type { ChannelLog } from './channel-log/channel-log.ts';
import { DynamoChannelLog } from './channel-log/dynamo-channel-log.ts';
import type { ConnectionRegistry } from './connections/connection-registry.ts';
import { DynamoConnectionRegistry } from './connections/dynamo-connection-registry.ts';
import { realtimeTableNames } from './connections/realtime-tables.ts';
import type { ClosedFor } from './fanout/connection-closer.ts';
import { ConnectionCloser } from './fanout/connection-closer.ts';
import { createFanOut } from './fanout/fan-out.ts';
import { SignedConnectionClient } from './fanout/signed-connection-client.ts';
import type { SenderLimits } from './fanout/sender.ts';
import { Sender, SENDER_LIMITS } from './fanout/sender.ts';
import { RevocationTable } from './connections/revocation-table.ts';
import { createAccessEndedHandler } from './handlers/access-ended.ts';
import { createAuthorizer } from './handlers/authorizer.ts';
import { createBroadcastHandler } from './handlers/broadcast.ts';
import { createConnectHandler } from './handlers/connect.ts';
import { createDisconnectHandler } from './handlers/disconnect.ts';
import { createMessageHandler } from './handlers/message.ts';
import { createReaper } from './handlers/reaper.ts';
import { createTokenVerifier } from './handlers/token-verifier.ts';
import type { CallbackEndpoint } from './handlers/websocket-event.ts';
import type { Publish } from './publisher.ts';
import { createPublisher } from './publisher.ts';

export interface RealtimeSettings {
  /** Made by the caller, who also closes it. */
  dynamo: DynamoDBDocumentClient;
  /** One of its own for publishing, where messages could use up the sockets of `dynamo`. */
  publishDynamo?: DynamoDBDocumentClient;
  /** Begins the names of the tables, such as `ordercast-`. */
  tablePrefix: string;
  /** The user pool's issuer; its keys are at `<issuer>/.well-known/jwks.json`. */
  issuer: string;
  /** The app client that tokens must be issued to. */
  clientId: string;
  /** The channels that there are, and who may read them. */
  policy: ChannelPolicy;
  /** Origins of pages that may connect. */
  allowedOrigins: readonly string[];
  /** Where to post to a connection that came through an API. */
  callbackEndpoint: CallbackEndpoint;
  region: string;
  /** For `@connections`; the SDK's own chain unless given. */
  credentials?: ApiGatewayManagementApiClientConfig['credentials'];
  senderLimits?: Partial<SenderLimits>;
  /** Channels that workers fan out, through a queue; the publisher does it by itself for all others. */
  broadcasts?: { queue: BroadcastQueue; channels: readonly string[] };
  maxSubscriptions?: number;
  messagesPerMinute?: number;
  /** Epoch ms. */
  clock: () => number;
  random: () => number;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

export interface Realtime {
  /** Lambda handlers; the authorizer's identity source is the `Sec-WebSocket-Protocol` header. */
  authorizer: ReturnType<typeof createAuthorizer>;
  connect: ReturnType<typeof createConnectHandler>;
  disconnect: ReturnType<typeof createDisconnectHandler>;
  message: ReturnType<typeof createMessageHandler>;
  publish: Publish;
  /** Fans out what one message of the broadcast queue names. */
  deliverBroadcast: DeliverBroadcast;
  /** Lambda handler: does so for the messages of an event source mapping. */
  broadcast: ReturnType<typeof createBroadcastHandler>;
  /** Ends connections whose token has expired and says how many; to be run every minute or so. */
  reap: () => Promise<number>;
  /** Warns and ends all connections, or those of one subject. */
  closeConnections: (reason: ClosedFor, whose?: { sub: string }) => Promise<void>;
  /** Voids a subject's tokens issued up to `at` (epoch ms), and ends their connections. */
  endAccess: (sub: string, at: number) => Promise<void>;
  /** Lambda handler: does so for CloudTrail's record of a sign-out, a disabled or a deleted user. */
  accessEnded: ReturnType<typeof createAccessEndedHandler>;
  registry: ConnectionRegistry;
  log: ChannelLog;
  /** Ends the sockets that posts keep alive. */
  destroy: () => void;
}

const MAX_SUBSCRIPTIONS = 50;
const MESSAGES_PER_MINUTE = 300;

/** Builds the realtime core, for the laptop and for AWS alike. */
export function createRealtime(settings: RealtimeSettings): Realtime {
  const { dynamo: client, policy, broadcasts, clock, random, logger, callbackEndpoint } = settings;
  const tables = realtimeTableNames(settings.tablePrefix);
  const tablesThrough = (dynamo: DynamoDBDocumentClient) => ({
    registry: new DynamoConnectionRegistry({
      client: dynamo,
      connectionsTable: tables.connections,
      subscriptionsTable: tables.subscriptions,
      shardsOf: (channel) => policy(channel)?.shards ?? 1,
      maxSubscriptions: settings.maxSubscriptions ?? MAX_SUBSCRIPTIONS,
      clock,
    }),
    log: new DynamoChannelLog({ client: dynamo, tableName: tables.channelLog, clock, random }),
  });
  const { registry, log } = tablesThrough(client);
  const publishing = settings.publishDynamo
    ? tablesThrough(settings.publishDynamo)
    : { registry, log };
  const limits = { ...SENDER_LIMITS, ...settings.senderLimits };
  const connections = new SignedConnectionClient({
    region: settings.region,
    credentials: settings.credentials,
    maxSockets: 4 * limits.concurrency + limits.maxSlow,
    logger,
  });
  const senderOptions = { client: connections, limits, clock, random };
  // Answers have slots of their own: nobody who subscribes waits behind a broadcast.
  const answers = new Sender(senderOptions);
  const closer = new ConnectionCloser({ registry, sender: answers, clock, random, logger });
  const fanOut = createFanOut({
    registry: publishing.registry,
    sender: new Sender(senderOptions),
    closer,
    clock,
    logger,
  });
  const publishingFanOut = broadcasts
    ? createQueuedFanOut({
        direct: fanOut,
        queue: broadcasts.queue,
        shardsOf: (channel) =>
          broadcasts.channels.includes(channel) ? policy(channel)?.shards : undefined,
      })
    : fanOut;
  const deliverBroadcast = createBroadcastDelivery({ log: publishing.log, fanOut, logger });
  const revocations = new RevocationTable(client, tables.subscriptions);
  const isRevoked = (sub: string, issuedAt: number) => revocations.isRevoked(sub, issuedAt);
  const verifyToken = createTokenVerifier({
    issuer: settings.issuer,
    clientId: settings.clientId,
    clock,
    isRevoked,
  });
  const closeConnections: Realtime['closeConnections'] = async (reason, whose) => {
    for await (const page of registry.connections(whose)) {
      await Promise.all(page.map((connection) => closer.close(connection, reason)));
    }
  };
  const endAccess: Realtime['endAccess'] = async (sub, at) => {
    await revocations.revoke(sub, at);
    await closeConnections('signed_out', { sub });
  };

  return {
    authorizer: createAuthorizer({ verifyToken, allowedOrigins: settings.allowedOrigins, logger }),
    connect: createConnectHandler({ registry, isRevoked, callbackEndpoint }),
    disconnect: createDisconnectHandler({ registry }),
    message: createMessageHandler({
      registry,
      log,
      policy,
      verifyToken,
      sender: answers,
      closer,
      callbackEndpoint,
      messagesPerMinute: settings.messagesPerMinute ?? MESSAGES_PER_MINUTE,
      clock,
      logger,
    }),
    publish: createPublisher({ log: publishing.log, fanOut: publishingFanOut }).publish,
    deliverBroadcast,
    broadcast: createBroadcastHandler({ work: deliverBroadcast, logger }),
    reap: createReaper({ registry, closer }),
    closeConnections,
    endAccess,
    accessEnded: createAccessEndedHandler({ endAccess }),
    registry,
    log,
    destroy: () => connections.destroy(),
  };
}

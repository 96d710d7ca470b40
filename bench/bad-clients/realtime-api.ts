import { once } from 'node:events';
import { createServer } from 'node:http';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { STAFF_GROUP } from '@ordercast/contract/role.ts';
import { startDynamoDb } from '@ordercast/emulators/dynamodb/start-dynamodb.ts';
import { startTestUserPool } from '@ordercast/platform/testing/test-user-pool.ts';
import type { ConnectionRegistry } from '@ordercast/websocket/connections/connection-registry.ts';
import { createRealtimeTables } from '@ordercast/websocket/connections/realtime-tables.ts';
import { createWebSocketGateway } from '@ordercast/emulators/api-gateway/websocket-gateway.ts';
import { createRealtime } from '@ordercast/websocket/realtime.ts';
import { realtimeRoutes } from '@ordercast/websocket/realtime-routes.ts';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { quiet, REALTIME_SETTINGS, TABLE_PREFIX } from './realtime-settings.ts';

export interface RealtimeApi {
  /** `ws://…`, for clients. */
  url: string;
  /** `http://…`, for `@connections`. */
  endpoint: string;
  dynamoEndpoint: string;
  /** An access token for a member of staff. */
  token: (sub: string) => string;
  registry: ConnectionRegistry;
  /** Connections that stand at the gateway. */
  connectionCount: () => number;
  /** From now on the ends of connections are reported to nobody; AWS promises no `$disconnect`. */
  loseDisconnects: (lose: boolean) => void;
  close: () => Promise<void>;
}

/** The WebSocket API with its handlers, its tables and the pool's keys: all but the publisher. */
export async function startRealtimeApi(): Promise<RealtimeApi> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${portOf(server)}`;
  const pool = await startTestUserPool();
  const dynamodb = await startDynamoDb(undefined);
  await createRealtimeTables(dynamodb.client, TABLE_PREFIX);
  const realtime = createRealtime({
    ...REALTIME_SETTINGS,
    dynamo: DynamoDBDocumentClient.from(dynamodb.client),
    issuer: pool.issuer,
    clientId: pool.clientId,
  });
  let lost = false;
  const gateway = createWebSocketGateway({
    stage: 'realtime',
    domainName: host,
    ...realtimeRoutes(realtime),
    // A thousand come at once.
    limits: { connectsPerSecond: Infinity, connectsBurst: Infinity },
    dropDisconnects: () => (lost ? 1 : 0),
    log: quiet,
  });
  server.on('upgrade', (request, socket, head) => gateway.handleUpgrade(request, socket, head));
  server.on('request', (request, response) => {
    if (!gateway.handleRequest(request, response)) response.writeHead(404).end();
  });
  return {
    url: `ws://${host}/realtime`,
    endpoint: `http://${host}/realtime`,
    dynamoEndpoint: dynamodb.endpoint,
    token: (sub) => pool.token(sub, { 'cognito:groups': [STAFF_GROUP] }),
    registry: realtime.registry,
    connectionCount: () => gateway.connectionCount,
    loseDisconnects: (lose) => {
      lost = lose;
    },
    close: async () => {
      await gateway.close();
      realtime.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([dynamodb.close(), pool.close()]);
    },
  };
}

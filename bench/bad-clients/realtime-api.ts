import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { STAFF_GROUP } from '@ordercast/contract/role.ts';
import { createTokenSigner } from '@ordercast/local/cognito/tokens/token-signer.ts';
import { startDynamoDb } from '@ordercast/local/dynamodb.ts';
import type { ConnectionRegistry } from '@ordercast/websocket/connections/connection-registry.ts';
import { createRealtimeTables } from '@ordercast/websocket/connections/realtime-tables.ts';
import { createWebSocketGateway } from '@ordercast/websocket/gateway/websocket-gateway.ts';
import { createRealtime } from '@ordercast/websocket/realtime.ts';
import { realtimeRoutes } from '@ordercast/websocket/realtime-routes.ts';
import { portOf } from '../port-of.ts';
import { quiet, REALTIME_SETTINGS, TABLE_PREFIX } from './realtime-settings.ts';

const TOKEN_SECONDS = 3_600;

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
  const issuer = `http://${host}/pool`;
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const signer = createTokenSigner(privateKey);
  const dynamodb = await startDynamoDb(undefined);
  await createRealtimeTables(dynamodb.client, TABLE_PREFIX);
  const realtime = createRealtime({
    ...REALTIME_SETTINGS,
    dynamo: DynamoDBDocumentClient.from(dynamodb.client),
    issuer,
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
    if (request.url?.startsWith('/pool/')) answerJson(response, signer.jwks);
    else if (!gateway.handleRequest(request, response)) response.writeHead(404).end();
  });
  return {
    url: `ws://${host}/realtime`,
    endpoint: `http://${host}/realtime`,
    dynamoEndpoint: dynamodb.endpoint,
    token: (sub) => signer.sign(accessClaims(issuer, sub)),
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
      await dynamodb.close();
    },
  };
}

/** The claims of Cognito's access tokens that are looked at. */
function accessClaims(issuer: string, sub: string): object {
  const now = Math.floor(Date.now() / 1000);
  return {
    sub,
    iss: issuer,
    client_id: REALTIME_SETTINGS.clientId,
    token_use: 'access',
    scope: 'aws.cognito.signin.user.admin',
    'cognito:groups': [STAFF_GROUP],
    iat: now,
    exp: now + TOKEN_SECONDS,
    jti: randomUUID(),
  };
}

function answerJson(response: ServerResponse, body: object): void {
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
}

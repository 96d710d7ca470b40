import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ADMIN_GROUP, STAFF_GROUP } from '@ordercast/contract/role.ts';
import { createCognito } from '@ordercast/emulators/cognito/create-cognito.ts';
import type { Cognito } from '@ordercast/emulators/cognito/create-cognito.ts';
import { DEMO_PASSWORD } from '@ordercast/local/demo-users.ts';
import type { DemoUser } from '@ordercast/local/demo-users.ts';
import { startDynamoDb } from '@ordercast/emulators/dynamodb/start-dynamodb.ts';
import { openLocalDatabase } from '@ordercast/local/local-database.ts';
import { openLocalOrigin } from '@ordercast/local/local-origin.ts';
import { startSqs } from '@ordercast/emulators/sqs/start-sqs.ts';
import { CLIENT_ID } from '@ordercast/platform/testing/access-token.ts';
import { startChild } from '@ordercast/platform/testing/child-process.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import type { Child } from '@ordercast/platform/testing/child-process.ts';
import {
  createBroadcastQueues,
  queueDepth,
} from '@ordercast/websocket/broadcast/broadcast-queue.ts';
import { createRealtimeTables } from '@ordercast/websocket/connections/realtime-tables.ts';
import { createWebSocketGateway } from '@ordercast/emulators/api-gateway/websocket-gateway.ts';
import type { WebSocketGateway } from '@ordercast/emulators/api-gateway/websocket-gateway.ts';
import { createChannelPolicy } from '@ordercast/services/realtime/channel-policy.ts';
import { realtimeRoutes } from '@ordercast/websocket/realtime-routes.ts';
import { DYNAMO_TIMEOUTS } from '@ordercast/websocket/dynamo-timeouts.ts';
import { createRealtime } from '@ordercast/websocket/realtime.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import type { WebConfig } from './person.ts';

const REGION = 'us-east-1';
const POOL_ID = `${REGION}_ordercast`;
const TABLE_PREFIX = 'ordercast-';
const STAGE = 'realtime';
const GRACE_MS = 1_000;
const API = 'services/api.ts';
const RELAY = 'services/relay/main.ts';
const SKEWED_CLOCK = new URL('./skewed-clock.ts', import.meta.url).href;
const BROADCAST_WORKER = 'services/relay/broadcast-worker.ts';

export interface ApiProcess extends Child {
  /** Its base, as `apiUrl` of the configuration. */
  url: string;
}

export type PostFate = 'pass' | 429 | 500 | 'hang';

/** The system as it is deployed: APIs, relays and workers are processes of their own, as many as wanted. */
export interface SplitSystem {
  /** Where `/config.json` stands, whose `apiUrl` is the API that was started last. */
  url: string;
  database: Knex;
  dynamo: DynamoDBDocumentClient;
  tablePrefix: string;
  startApi(settings?: Record<string, string>): Promise<ApiProcess>;
  /** A relay of services/relay, or another entry of this repository with the same settings. */
  startRelay(entry?: string, settings?: Record<string, string>): Child;
  /** Without one, announcements wait. */
  startBroadcastWorker(settings?: Record<string, string>): Child;
  /** Messages of the broadcast queue that wait or are in hand, and those put aside. */
  broadcasts(): Promise<{ open: number; dead: number }>;
  /** Called with each post to a connection before the gateway sees it. */
  onPost(listener: () => void): void;
  /** Decides over each post from now on: an HTTP status, or no answer at all. */
  decidePosts(rule: () => PostFate): void;
  /** The sockets of all connections, on the gateway's side. */
  sockets: ReadonlySet<Duplex>;
  /** Ends a subject's access: its tokens issued up to `at` (epoch ms), and its connections. */
  endAccess: (sub: string, at: number) => Promise<void>;
  /** The gateway dies with all its connections and tells nobody; another begins that knows none. */
  restartGateway(): void;
  close(): Promise<void>;
}

export interface SplitSystemOptions {
  /**
   * May put something between DynamoDB's port and all that processes and handlers ask of it: it
   * answers the port that they are to use.
   */
  betweenDynamo?: (port: number) => Promise<number>;
  /** The same for SQS. */
  betweenSqs?: (port: number) => Promise<number>;
  /** How far the clock of the next process that starts runs ahead; of the handlers, at the start. */
  clockSkewMs?: () => number;
  /** Starts an entry of this repository; `folder` holds the database. As a process of this machine unless given. */
  startProgram?: (entry: string, env: Record<string, string>, folder: string) => Child;
}

/**
 * What AWS would be is in this process, on real sockets: the tables, the queues, the user pool, the
 * WebSocket API with its handlers. The database is a file that every process opens by itself.
 */
export async function startSplitSystem(
  users: readonly DemoUser[],
  {
    betweenDynamo = (port) => Promise.resolve(port),
    betweenSqs = (port) => Promise.resolve(port),
    clockSkewMs = () => 0,
    startProgram = (entry, env) => startChild(join(import.meta.dirname, '../..', entry), env),
  }: SplitSystemOptions = {},
): Promise<SplitSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
  const databaseUrl = `sqlite:${join(folder, 'ordercast.db')}`;
  const clock = Date.now;
  const random = seededRandom(1);
  const origin = await openLocalOrigin(0);
  const host = `localhost:${origin.port}`;
  const url = `http://${host}`;
  const cognitoEndpoint = `${url}/cognito`;
  const issuer = `${cognitoEndpoint}/${POOL_ID}`;
  const children: Child[] = [];
  let apiUrl = `${url}/api`;
  let posted: () => void = () => undefined;

  const [dynamodb, sqs, database, cognito] = await Promise.all([
    startDynamoDb(undefined),
    startSqs(),
    openLocalDatabase({ url: databaseUrl, migrate: true, clock, random }),
    createCognito({
      dataFolder: undefined,
      poolId: POOL_ID,
      clientId: CLIENT_ID,
      issuer,
      users,
      password: DEMO_PASSWORD,
      groups: [ADMIN_GROUP, STAFF_GROUP],
      clock,
      randomBytes,
      deliverCode: () => Promise.resolve(),
      log: quiet,
    }),
  ]);
  const [{ queueUrl, deadLetterUrl }] = await Promise.all([
    createBroadcastQueues(sqs.client, TABLE_PREFIX),
    createRealtimeTables(dynamodb.client, TABLE_PREFIX),
  ]);
  const through = async (endpoint: string, between: (port: number) => Promise<number>) =>
    `http://127.0.0.1:${await between(Number(new URL(endpoint).port))}`;
  const dynamoEndpoint = await through(dynamodb.endpoint, betweenDynamo);
  const sqsEndpoint = await through(sqs.endpoint, betweenSqs);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const handlersDynamo = new DynamoDBClient({
    endpoint: dynamoEndpoint,
    region: REGION,
    credentials,
    requestHandler: DYNAMO_TIMEOUTS,
  });
  const handlersSkewMs = clockSkewMs();
  const realtime = createRealtime({
    dynamo: DynamoDBDocumentClient.from(handlersDynamo),
    tablePrefix: TABLE_PREFIX,
    issuer,
    clientId: CLIENT_ID,
    policy: createChannelPolicy(),
    allowedOrigins: [url],
    callbackEndpoint: ({ domainName, stage }) => `http://${domainName}/${stage}`,
    region: REGION,
    credentials,
    clock: () => clock() + handlersSkewMs,
    random,
    logger: quiet,
  });
  const sockets = new Set<Duplex>();
  let fateOfPost: () => PostFate = () => 'pass';
  const createGateway = (): WebSocketGateway => {
    const created = createWebSocketGateway({
      // One that another has replaced was killed: nobody reports how its connections ended.
      dropDisconnects: () => (created === gateway ? 0 : 1),
      stage: STAGE,
      domainName: host,
      ...realtimeRoutes(realtime),
      clock,
      random,
      log: quiet,
    });
    return created;
  };
  let gateway = createGateway();
  const webConfig = (): WebConfig => ({
    region: REGION,
    userPoolId: POOL_ID,
    userPoolClientId: CLIENT_ID,
    identityPoolId: `${REGION}:0ca57000-0000-4000-8000-000000000001`,
    cognitoEndpoint,
    apiUrl,
    realtimeUrl: `ws://${host}/${STAGE}`,
  });
  origin.serve(
    (request, response) => {
      if (request.method === 'POST' && request.url?.startsWith(`/${STAGE}/`)) {
        posted();
        const fate = fateOfPost();
        if (fate === 'hang') return;
        if (fate !== 'pass') {
          response.writeHead(fate).end('{"message":"no"}');
          return;
        }
      }
      route(request, response, { cognito, gateway, webConfig });
    },
    (request, socket, head) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      gateway.handleUpgrade(request, socket, head);
    },
  );

  const settings = {
    DATABASE_URL: databaseUrl,
    COGNITO_ISSUER: issuer,
    COGNITO_CLIENT_ID: CLIENT_ID,
    COGNITO_ENDPOINT: cognitoEndpoint,
    DYNAMODB_ENDPOINT: dynamoEndpoint,
    SQS_ENDPOINT: sqsEndpoint,
    BROADCAST_QUEUE_URL: queueUrl,
    TABLE_PREFIX,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const start = (entry: string, more: Record<string, string> = {}): Child => {
    const env = {
      ...settings,
      NODE_OPTIONS: `--import=${SKEWED_CLOCK}`,
      CLOCK_SKEW_MS: String(clockSkewMs()),
      ...more,
    };
    const child = startProgram(entry, env, folder);
    children.push(child);
    return child;
  };

  return {
    url,
    database,
    dynamo: DynamoDBDocumentClient.from(dynamodb.client),
    tablePrefix: TABLE_PREFIX,
    startApi: async (more = {}) => {
      const child = start(API, { PORT: '0', HOST: '127.0.0.1', ...more });
      apiUrl = `http://127.0.0.1:${portIn(await child.lineWith('"listening"'))}`;
      return { ...child, url: apiUrl };
    },
    startRelay: (entry = RELAY, more = {}) => start(entry, more),
    startBroadcastWorker: (more = {}) => start(BROADCAST_WORKER, more),
    broadcasts: async () => {
      const [open, dead] = await Promise.all(
        [queueUrl, deadLetterUrl].map(async (url) => {
          const { waiting, inHand } = await queueDepth(sqs.client, url);
          return waiting + inHand;
        }),
      );
      return { open: open ?? 0, dead: dead ?? 0 };
    },
    onPost: (listener) => {
      posted = listener;
    },
    decidePosts: (rule) => {
      fateOfPost = rule;
    },
    sockets,
    endAccess: realtime.endAccess,
    restartGateway: () => {
      const old = gateway;
      gateway = createGateway();
      for (const socket of sockets) socket.destroy();
      void old.close();
    },
    close: async () => {
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(children.map(({ ended }) => ended));
      await gateway.close();
      realtime.destroy();
      handlersDynamo.destroy();
      await origin.close(GRACE_MS);
      await Promise.all([dynamodb.close(), sqs.close(), database.destroy(), cognito.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

function route(
  request: IncomingMessage,
  response: ServerResponse,
  parts: { cognito: Cognito; gateway: WebSocketGateway; webConfig: () => WebConfig },
): void {
  const path = request.url ?? '/';
  if (path.startsWith('/cognito')) {
    request.url = path.slice('/cognito'.length) || '/';
    void parts.cognito.handle(request, response);
  } else if (path === '/config.json') {
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(parts.webConfig()));
  } else if (!parts.gateway.handleRequest(request, response)) {
    response.writeHead(404).end();
  }
}

function portIn(line: string): number {
  return z.object({ port: z.int() }).parse(JSON.parse(line)).port;
}

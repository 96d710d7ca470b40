import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ADMIN_GROUP, STAFF_GROUP } from '@ordercast/contract/role.ts';
import { createApi } from '@ordercast/services/create-api.ts';
import { housekeepingTasks } from '@ordercast/services/housekeeping/housekeeping-tasks.ts';
import { startHousekeeping } from '@ordercast/services/housekeeping/housekeeping.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import {
  BROADCAST_CHANNELS,
  createChannelPolicy,
} from '@ordercast/services/realtime/channel-policy.ts';
import { relayLeadership } from '@ordercast/services/relay/leadership/relay-leadership.ts';
import { startRelay } from '@ordercast/services/relay/relay.ts';
import { retryPauseMs } from '@ordercast/platform/retry-pause.ts';
import { traced } from '@ordercast/platform/tracing/tracing.ts';
import { startBroadcastConsumer } from '@ordercast/websocket/broadcast/broadcast-consumer.ts';
import {
  createBroadcastQueues,
  SqsBroadcastQueue,
} from '@ordercast/websocket/broadcast/broadcast-queue.ts';
import { forgetConnections } from '@ordercast/websocket/connections/forget-connections.ts';
import { createRealtimeTables } from '@ordercast/websocket/connections/realtime-tables.ts';
import { createWebSocketGateway } from '@ordercast/emulators/api-gateway/websocket-gateway.ts';
import { realtimeRoutes } from '@ordercast/websocket/realtime-routes.ts';
import { createRealtime } from '@ordercast/websocket/realtime.ts';
import { localAddresses } from './addresses.ts';
import { createCognito } from '@ordercast/emulators/cognito/create-cognito.ts';
import { codeMail } from './code-mail.ts';
import { consoleRoutes } from './console/console-routes.ts';
import { openDataFolder } from './data-folder.ts';
import { DEMO_PASSWORD, DEMO_USERS } from './demo-users.ts';
import { startDynamoDb } from '@ordercast/emulators/dynamodb/start-dynamodb.ts';
import { openLocalDatabase } from './local-database.ts';
import { openLocalOrigin } from './local-origin.ts';
import { localRouter } from './local-router.ts';
import { openLogFile } from './log-file.ts';
import { createMailbox } from './mailbox.ts';
import { startLocalReports } from './local-reports.ts';
import { startReportsCloud } from './reports-cloud.ts';
import type { ReportsCloud } from './reports-cloud.ts';
import { checkItself } from './self-check.ts';
import { singlePageApp } from './single-page-app.ts';
import type { WebConfig } from './single-page-app.ts';
import { startSqs } from '@ordercast/emulators/sqs/start-sqs.ts';

export interface OrdercastOptions {
  /** Where data is kept, unless `ephemeral`. */
  dataFolder: string;
  fresh: boolean;
  ephemeral: boolean;
  /** Run the pending migrations of a server; an embedded database always migrates by itself. */
  migrate: boolean;
  /** 0 takes a free port. */
  port: number;
  /** Undefined: the loopback alone. */
  host?: string | undefined;
  /** Life of access and ID tokens, in seconds. */
  tokenSeconds: number;
  /** Undefined: SQLite in the data folder. */
  databaseUrl: string | undefined;
  /** Origin of a tunnel or a proxy in front, at which the page works too. */
  publicUrl?: string | undefined;
}

export interface RunningOrdercast {
  url: string;
  /** Where reports are kept, and who takes their mails. */
  reports: ReportsCloud['settings'];
  /** Says good-bye to connected clients, lets requests end, and closes everything. */
  close(): Promise<void>;
}

const REGION = 'us-east-1';
const POOL_ID = `${REGION}_ordercast`;
const CLIENT_ID = 'ordercastweb0000000000000a';
const IDENTITY_POOL_ID = `${REGION}:0ca57000-0000-4000-8000-000000000001`;
const TABLE_PREFIX = 'ordercast-';
/** The stage's name is the first segment of the path, as the management API wants it. */
const STAGE = 'realtime';
const REAP_EVERY_MS = 5_000;
/** How long running requests may take to end. */
const GRACE_MS = 3_000;

/** The whole system in this process, on one origin: the composition root of the laptop. */
export async function startOrdercast(options: OrdercastOptions): Promise<RunningOrdercast> {
  const cleanUp = new CleanUp();
  try {
    return await compose(options, cleanUp);
  } catch (error) {
    // Why it did not start matters more than what could not be closed after it.
    await cleanUp.run().catch(() => undefined);
    throw error;
  }
}

async function compose(options: OrdercastOptions, cleanUp: CleanUp): Promise<RunningOrdercast> {
  const clock = Date.now;
  const random = Math.random;
  const origin = await openLocalOrigin(options.port, options.host);
  cleanUp.add(() => origin.close(GRACE_MS));
  const folder = openDataFolder({ path: options.dataFolder, ...options });
  cleanUp.add(() => folder.release());
  const logFile = openLogFile(folder.path, { clock });
  cleanUp.add(() => logFile.close());
  const logger = (service: string) => createLogger(service, { destination: logFile.sink });

  const addresses = localAddresses(origin.port, options.publicUrl);
  const { url, origins } = addresses;
  const { host } = new URL(url);
  const cognitoEndpoint = `${url}/cognito`;
  const issuer = `${cognitoEndpoint}/${POOL_ID}`;
  const databaseUrl = options.databaseUrl ?? `sqlite:${join(folder.path, 'ordercast.db')}`;
  const mailbox = createMailbox(clock);
  // Cognito is there before the realtime core that it tells of ended access.
  let endAccess = (_sub: string): Promise<void> => Promise.resolve();
  // So are S3 and SES before the reports that they serve.
  let takeMailEvent = (_event: unknown): Promise<void> => Promise.resolve();

  const [dynamodb, sqs, reportsCloud, database, cognito] = await Promise.all([
    cleanUp.starting(
      startDynamoDb(options.ephemeral ? undefined : join(folder.path, 'dynamodb'), (err) =>
        logger('dynamodb').error({ err }, 'the DynamoDB stand-in failed and begins anew'),
      ),
      (started) => started.close(),
    ),
    cleanUp.starting(startSqs(), (started) => started.close()),
    cleanUp.starting(
      startReportsCloud({
        folder: join(folder.path, 's3'),
        publicOrigin: options.publicUrl ?? url,
        mailbox,
        onMailEvent: (event) => takeMailEvent(event),
        clock,
        logger,
      }),
      (started) => started.close(),
    ),
    cleanUp.starting(
      openLocalDatabase({ url: databaseUrl, migrate: options.migrate, clock, random }),
      (opened) => opened.destroy(),
    ),
    cleanUp.starting(
      createCognito({
        dataFolder: options.ephemeral ? undefined : join(folder.path, 'cognito'),
        poolId: POOL_ID,
        clientId: CLIENT_ID,
        issuer,
        users: DEMO_USERS,
        password: DEMO_PASSWORD,
        groups: [ADMIN_GROUP, STAFF_GROUP],
        tokenLifetimes: { accessSeconds: options.tokenSeconds, idSeconds: options.tokenSeconds },
        clock,
        randomBytes,
        deliverCode: (delivery) => {
          mailbox.deliver(codeMail(delivery));
          return Promise.resolve();
        },
        onAccessEnded: (sub) => endAccess(sub),
        log: logger('cognito'),
        allowedOrigins: origins,
        // Whoever is behind a tunnel may sign in, and administers nothing.
        mayAdminister: ({ headers }) => !addresses.isPublic(headers.host),
      }),
      (started) => started.close(),
    ),
  ]);
  const [{ queueUrl, deadLetterUrl }] = await Promise.all([
    createBroadcastQueues(sqs.client, TABLE_PREFIX),
    createRealtimeTables(dynamodb.client, TABLE_PREFIX),
  ]);
  const documents = DynamoDBDocumentClient.from(dynamodb.client);
  // The data folder is this process's alone and nobody is let in yet: what is there a killed one left behind.
  await forgetConnections(documents, TABLE_PREFIX);

  const realtime = createRealtime({
    dynamo: documents,
    publishDynamo: DynamoDBDocumentClient.from(dynamodb.publishingClient),
    tablePrefix: TABLE_PREFIX,
    issuer,
    clientId: CLIENT_ID,
    policy: createChannelPolicy(),
    allowedOrigins: origins,
    callbackEndpoint: ({ domainName, stage }) => `http://${domainName}/${stage}`,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    broadcasts: {
      queue: new SqsBroadcastQueue(sqs.client, queueUrl),
      channels: BROADCAST_CHANNELS,
    },
    clock,
    random,
    logger: logger('realtime'),
  });
  cleanUp.add(() => realtime.destroy());
  endAccess = async (sub) => {
    const at = clock();
    await realtime.endAccess(sub, at);
    // Tokens count in whole seconds: the next sign-in must lie behind the end of this one.
    await delay(1_000 - (at % 1_000));
  };
  const gateway = createWebSocketGateway({
    stage: STAGE,
    domainName: host,
    ...realtimeRoutes(realtime),
    clock,
    random,
    log: logger('gateway'),
  });
  cleanUp.add(() => gateway.close());
  const broadcasts = startBroadcastConsumer({
    sqs: sqs.client,
    queueUrl,
    work: traced('deliver broadcast', realtime.deliverBroadcast),
    retryPauseMs,
    random,
    logger: logger('broadcasts'),
  });
  cleanUp.add(() => broadcasts.stop());
  const lead = relayLeadership({
    database,
    open: (connection) => openDatabase(databaseUrl, connection),
    clock,
  });
  cleanUp.add(() => lead.close());
  const relay = startRelay({
    database,
    publish: traced('publish', realtime.publish),
    leadership: lead.leadership,
    clock,
    random,
    log: logger('relay'),
  });
  cleanUp.add(() => relay.stop());
  const housekeeping = startHousekeeping({
    tasks: housekeepingTasks({ database, clock }),
    log: logger('housekeeping'),
  });
  cleanUp.add(() => housekeeping.stop());
  const api = createApi({
    database,
    issuer,
    jwksUri: `${issuer}/.well-known/jwks.json`,
    clientId: CLIENT_ID,
    region: REGION,
    cognitoEndpoint,
    probes: { userPool: () => cognito.isWritable() },
    corsOrigins: origins,
    onCommitted: () => relay.nudge(),
    clock,
    random,
    log: logger('order-api'),
  });
  cleanUp.add(() => api.close());
  const reports = await startLocalReports({
    database,
    databaseUrl,
    isDatabaseOwn: options.databaseUrl === undefined,
    folder: folder.path,
    cloud: reportsCloud.settings,
    publicOrigin: options.publicUrl ?? url,
    tokens: {
      issuer,
      jwksUri: `${issuer}/.well-known/jwks.json`,
      clientId: CLIENT_ID,
      region: REGION,
      cognitoEndpoint,
    },
    corsOrigins: origins,
    onCommitted: () => relay.nudge(),
    clock,
    random,
    logger,
    logSink: logFile.sink,
  });
  takeMailEvent = reports.onMailEvent;
  cleanUp.add(() => reports.close());
  const reaping = setInterval(() => {
    realtime.reap().catch((err: unknown) => logger('realtime').error({ err }, 'reaping failed'));
  }, REAP_EVERY_MS);
  cleanUp.add(() => clearInterval(reaping));

  const router = localRouter({
    addresses,
    stage: STAGE,
    api: api.app,
    reportsApi: reports.api.app,
    cognito,
    gateway,
    s3: reportsCloud.s3,
    console: consoleRoutes({
      dynamodb: dynamodb.client,
      tablePrefix: TABLE_PREFIX,
      sqs: sqs.client,
      queues: { broadcasts: queueUrl, 'broadcasts put aside': deadLetterUrl },
      objects: { s3: reportsCloud.s3.client, bucket: reportsCloud.settings.bucket },
      standIns: {
        DynamoDB: dynamodb.endpoint,
        S3: reportsCloud.s3.endpoint,
        SES: reportsCloud.ses.endpoint,
        SQS: sqs.endpoint,
      },
      database,
      mailbox,
      scheduler: reports.scheduler,
      fireScheduled: reports.scheduler.fireAt,
      log: logFile,
    }),
    singlePageApp: singlePageApp(webConfig(url)),
    publicPageApp: singlePageApp(webConfig(options.publicUrl ?? url)),
    log: logger('page'),
  });
  origin.serve(router.handle, router.handleUpgrade);
  cleanUp.add(() => realtime.closeConnections('server_shutdown'));
  cleanUp.add(() => api.drain());
  cleanUp.add(() => reports.api.drain());
  await checkItself(url);
  return { url, reports: reportsCloud.settings, close: () => cleanUp.run() };
}

/** What a page is told that was reached at an origin: it calls what it came from. */
function webConfig(origin: string): WebConfig {
  return {
    region: REGION,
    userPoolId: POOL_ID,
    userPoolClientId: CLIENT_ID,
    identityPoolId: IDENTITY_POOL_ID,
    cognitoEndpoint: `${origin}/cognito`,
    apiUrl: `${origin}/api`,
    realtimeUrl: `${origin.replace('http', 'ws')}/${STAGE}`,
  };
}

/** Undoes what was done, last first; one failure does not keep the rest from being undone. */
class CleanUp {
  readonly #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Ends what is still starting, once it has started: one beside it may fail before that. */
  starting<Part>(part: Promise<Part>, end: (part: Part) => unknown): Promise<Part> {
    this.add(() => part.then(end, () => undefined));
    return part;
  }

  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Not everything closed cleanly.');
  }
}

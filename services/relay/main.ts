import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ADMIN_GROUP, STAFF_GROUP } from '@ordercast/contract/role.ts';
import { createRealtime } from '@ordercast/websocket/realtime.ts';
import { z } from 'zod';
import { startHousekeeping } from '../housekeeping/housekeeping.ts';
import { housekeepingTasks } from '../housekeeping/housekeeping-tasks.ts';
import { readConfig } from '../platform/config.ts';
import { openDatabase } from '../platform/database.ts';
import { createLeaseLeadership } from '../platform/lease-leadership.ts';
import { createLogger } from '../platform/logger.ts';
import { onShutdown } from '../platform/shutdown.ts';
import { RELAY_LEASE, startRelay } from './relay.ts';

/** ECS kills a task 30 s after SIGTERM unless its stopTimeout says otherwise. */
const SHUTDOWN_DEADLINE_MS = 25_000;

const configSchema = z.object({
  DATABASE_URL: z.string(),
  AWS_REGION: z.string().default('us-east-1'),
  DYNAMODB_ENDPOINT: z.url().optional(),
  TABLE_PREFIX: z.string().default('ordercast-'),
  COGNITO_ISSUER: z.url(),
  COGNITO_CLIENT_ID: z.string(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

const config = readConfig(configSchema, process.env);
const log = createLogger('relay', { level: config.LOG_LEVEL });
const clock = Date.now;
const random = Math.random;
const database = openDatabase(config.DATABASE_URL);
const dynamo = new DynamoDBClient({
  region: config.AWS_REGION,
  ...(config.DYNAMODB_ENDPOINT !== undefined && { endpoint: config.DYNAMODB_ENDPOINT }),
});
const realtime = createRealtime({
  dynamo: DynamoDBDocumentClient.from(dynamo),
  tablePrefix: config.TABLE_PREFIX,
  issuer: config.COGNITO_ISSUER,
  clientId: config.COGNITO_CLIENT_ID,
  staffGroups: [STAFF_GROUP, ADMIN_GROUP],
  allowedOrigins: [],
  // The relay posts to the endpoints that the connections' own items name.
  callbackEndpoint: ({ domainName, stage }) => `https://${domainName}/${stage}`,
  region: config.AWS_REGION,
  clock,
  random,
  logger: log,
});
const relay = startRelay({
  database,
  publish: realtime.publish,
  leadership: createLeaseLeadership({ database, name: RELAY_LEASE, owner: randomUUID(), clock }),
  clock,
  random,
  log,
});
const housekeeping = startHousekeeping({ tasks: housekeepingTasks({ database, clock }), log });

onShutdown(
  async () => {
    await Promise.all([relay.stop(), housekeeping.stop()]);
    realtime.destroy();
    dynamo.destroy();
    await database.destroy();
  },
  { log, deadlineMs: SHUTDOWN_DEADLINE_MS },
);

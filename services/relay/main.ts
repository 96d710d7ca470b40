import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ADMIN_GROUP, STAFF_GROUP } from '@ordercast/contract/role.ts';
import { createRealtime } from '@ordercast/websocket/realtime.ts';
import { z } from 'zod';
import { startHousekeeping } from '../housekeeping/housekeeping.ts';
import { housekeepingTasks } from '../housekeeping/housekeeping-tasks.ts';
import { readConfig } from '../platform/config.ts';
import { DATABASE_VARIABLES, configuredDatabase } from '../platform/configured-database.ts';
import { createLogger } from '../platform/logger.ts';
import { runProgram } from '../platform/run-program.ts';
import { onShutdown } from '../platform/shutdown.ts';
import { relayLeadership } from './relay-leadership.ts';
import { startRelay } from './relay.ts';

/** ECS kills a task 30 s after SIGTERM unless its stopTimeout says otherwise. */
const SHUTDOWN_DEADLINE_MS = 25_000;

const configSchema = z.object({
  ...DATABASE_VARIABLES,
  DYNAMODB_ENDPOINT: z.url().optional(),
  TABLE_PREFIX: z.string().default('ordercast-'),
  COGNITO_ISSUER: z.url(),
  COGNITO_CLIENT_ID: z.string(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

await runProgram(async () => {
  const config = readConfig(configSchema, process.env);
  const log = createLogger('relay', { level: config.LOG_LEVEL });
  const clock = Date.now;
  const random = Math.random;
  const source = await configuredDatabase(config, (text) => log.warn(text));
  const database = source.open({ appName: 'ordercast-relay' });
  const lead = relayLeadership({ database, open: source.open, clock });
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
    leadership: lead.leadership,
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
      await lead.close();
      await database.destroy();
      source.close();
    },
    { log, deadlineMs: SHUTDOWN_DEADLINE_MS },
  );
});

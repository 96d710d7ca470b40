import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { createApi } from './create-api.ts';
import { listen } from './http/listen.ts';
import {
  originListSetting,
  portSetting,
  readConfig,
  wholeNumberSetting,
} from '@ordercast/platform/config.ts';
import { DATABASE_VARIABLES, configuredDatabase } from '@ordercast/platform/configured-database.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { runProgram } from '@ordercast/platform/run-program.ts';
import { onShutdown } from '@ordercast/platform/shutdown.ts';

/** ECS kills a task 30 s after SIGTERM unless its stopTimeout says otherwise. */
const SHUTDOWN_DEADLINE_MS = 25_000;

/** A timer of more than 24.8 days would ring at once. */
const MAX_DRAIN_DELAY_MS = 60 * 60 * 1000;

const configSchema = z.object({
  PORT: portSetting.default(3000),
  HOST: z.string().default('0.0.0.0'),
  ...DATABASE_VARIABLES,
  COGNITO_ISSUER: z.url(),
  COGNITO_JWKS_URI: z.url().optional(),
  COGNITO_CLIENT_ID: z.string(),
  COGNITO_ENDPOINT: z.url().optional(),
  CORS_ORIGINS: originListSetting.default([]),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** How long connections are still taken after SIGTERM, while the load balancer finds out. */
  DRAIN_DELAY_MS: wholeNumberSetting(0, MAX_DRAIN_DELAY_MS).default(3_000),
});

await runProgram(async () => {
  const config = readConfig(configSchema, process.env);
  const log = createLogger('order-api', { level: config.LOG_LEVEL });
  const source = await configuredDatabase(config, (text) => log.warn(text));
  const database = source.open({ appName: 'ordercast-api' });
  const api = createApi({
    database,
    issuer: config.COGNITO_ISSUER,
    jwksUri: config.COGNITO_JWKS_URI ?? `${config.COGNITO_ISSUER}/.well-known/jwks.json`,
    clientId: config.COGNITO_CLIENT_ID,
    region: config.AWS_REGION,
    ...(config.COGNITO_ENDPOINT !== undefined && { cognitoEndpoint: config.COGNITO_ENDPOINT }),
    corsOrigins: config.CORS_ORIGINS,
    // The relay is a process of its own here and polls.
    onCommitted: () => undefined,
    clock: Date.now,
    random: Math.random,
    log,
  });
  const server = await listen(api.app, {
    port: config.PORT,
    host: config.HOST,
    onFault: (error) => log.error({ err: error }, 'a connection could not be accepted'),
  });
  log.info({ port: server.port }, 'listening');

  onShutdown(
    async () => {
      api.drain();
      await delay(config.DRAIN_DELAY_MS);
      await server.close();
      api.close();
      await database.destroy();
      source.close();
    },
    { log, deadlineMs: SHUTDOWN_DEADLINE_MS },
  );
});

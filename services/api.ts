import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { apiSettingsSchema } from './api-settings.ts';
import { createApi } from './create-api.ts';
import { openGatewaySecret } from './http/gateway-secret.ts';
import { listen } from './http/listen.ts';
import { readConfig } from '@ordercast/platform/config.ts';
import { configuredDatabase } from '@ordercast/platform/configured-database.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import { runProgram } from '@ordercast/platform/run-program.ts';
import { createSecretStore } from '@ordercast/platform/secret-store.ts';
import { onShutdown } from '@ordercast/platform/shutdown.ts';
import { waitInBackground } from '@ordercast/platform/wait.ts';

/** ECS kills a task 30 s after SIGTERM unless its stopTimeout says otherwise. */
const SHUTDOWN_DEADLINE_MS = 25_000;

await runProgram(async () => {
  const config = readConfig(apiSettingsSchema, process.env);
  const log = createLogger('order-api', { level: config.LOG_LEVEL });
  const gateway = await configuredGateway(config, log);
  const source = await configuredDatabase(config, (text) => log.warn(text));
  const database = source.open({ appName: 'ordercast-api' });
  const api = createApi({
    database,
    issuer: config.COGNITO_ISSUER,
    jwksUri: config.COGNITO_JWKS_URI ?? `${config.COGNITO_ISSUER}/.well-known/jwks.json`,
    clientId: config.COGNITO_CLIENT_ID,
    region: config.AWS_REGION,
    ...(config.COGNITO_ENDPOINT !== undefined && { cognitoEndpoint: config.COGNITO_ENDPOINT }),
    gatewaySecret: gateway?.secret,
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
      gateway?.close();
      await database.destroy();
      source.close();
    },
    { log, deadlineMs: SHUTDOWN_DEADLINE_MS },
  );
});

async function configuredGateway(
  { GATEWAY_SECRET_ID: secretId, AWS_REGION: region }: z.infer<typeof apiSettingsSchema>,
  log: Logger,
) {
  if (secretId === undefined) return undefined;
  const secrets = createSecretStore(region);
  const wait = waitInBackground;
  const secret = await openGatewaySecret({ secretId, secrets, clock: Date.now, wait, log });
  return {
    secret,
    close: () => {
      secret.close();
      secrets.close();
    },
  };
}

import { randomBytes } from 'node:crypto';
import { readConfig } from '@ordercast/platform/config.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { createGatewayHeader } from './gateway-header.ts';
import { createLoginServer } from './login-server.ts';
import { createRotation } from './rotate-secret.ts';
import { rotationSettingsSchema } from './rotation-settings.ts';
import { createSecretVersions } from './secret-versions.ts';

const settings = readConfig(rotationSettingsSchema, process.env);
const { AWS_REGION: region, GATEWAY_API_ID: apiId } = settings;

/** Called by Secrets Manager, with a step of a rotation. */
export const handler = createRotation({
  secrets: createSecretVersions(region),
  server: createLoginServer(settings.DATABASE_CA_FILE),
  header: apiId === undefined ? undefined : createGatewayHeader(region, apiId),
  randomBytes,
  log: createLogger('rotation', { level: settings.LOG_LEVEL }),
});

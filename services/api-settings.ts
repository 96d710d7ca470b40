import { originListSetting, portSetting, wholeNumberSetting } from '@ordercast/platform/config.ts';
import { DATABASE_VARIABLES } from '@ordercast/platform/configured-database.ts';
import { z } from 'zod';

/** A timer of more than 24.8 days would ring at once. */
const MAX_DRAIN_DELAY_MS = 60 * 60 * 1000;

/** The environment variables that `services/api.ts` reads. */
export const apiSettingsSchema = z.object({
  PORT: portSetting.default(3000),
  HOST: z.string().default('0.0.0.0'),
  ...DATABASE_VARIABLES,
  COGNITO_ISSUER: z.url(),
  COGNITO_JWKS_URI: z.url().optional(),
  COGNITO_CLIENT_ID: z.string(),
  COGNITO_ENDPOINT: z.url().optional(),
  /** Name or ARN of the secret that the gateway sends along; without it requests may come from anywhere. */
  GATEWAY_SECRET_ID: z.string().optional(),
  CORS_ORIGINS: originListSetting.default([]),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** How long connections are still taken after SIGTERM, while the load balancer finds out. */
  DRAIN_DELAY_MS: wholeNumberSetting(0, MAX_DRAIN_DELAY_MS).default(3_000),
});

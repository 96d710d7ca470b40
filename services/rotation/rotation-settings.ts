import { z } from 'zod';

/** The environment variables of the rotation function. */
export const rotationSettingsSchema = z.object({
  /** Of the secrets and the HTTP API; Lambda's runtime sets it. */
  AWS_REGION: z.string(),
  /** PEM file of the authorities that the database's certificate is checked against; on AWS RDS's global-bundle.pem. */
  DATABASE_CA_FILE: z.string().optional(),
  /** The HTTP API whose integrations send the gateway's secret; needed to rotate that secret, and for nothing else. */
  GATEWAY_API_ID: z.string().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

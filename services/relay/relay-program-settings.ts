import { DATABASE_VARIABLES } from '@ordercast/platform/configured-database.ts';
import { z } from 'zod';
import { REALTIME_VARIABLES } from '../realtime/configured-realtime.ts';

/** The environment variables that `services/relay/main.ts` reads. */
export const relayProgramSettingsSchema = z.object({
  ...DATABASE_VARIABLES,
  ...REALTIME_VARIABLES,
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

import { z } from 'zod';
import { REALTIME_VARIABLES } from '../realtime/configured-realtime.ts';

/** The environment variables that `services/relay/broadcast-worker.ts` reads. */
export const broadcastWorkerSettingsSchema = z.object({
  ...REALTIME_VARIABLES,
  BROADCAST_QUEUE_URL: z.url(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

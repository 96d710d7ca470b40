import { originListSetting } from '@ordercast/platform/config.ts';
import { z } from 'zod';
import { CORE_VARIABLES } from './core-variables.ts';

/** The environment variables that the functions of `services/realtime/lambda.ts` read. */
export const lambdaSettingsSchema = z.object({
  /** Origins of the SPA, separated by commas. */
  ALLOWED_ORIGINS: originListSetting,
  /**
   * `https://<api id>.execute-api.<region>.amazonaws.com/<stage>`; needed where the API has a
   * domain of its own, whose mapping need not name the stage.
   */
  REALTIME_CALLBACK_ENDPOINT: z.url().optional(),
  ...CORE_VARIABLES,
  LOG_LEVEL: z.string().default('info'),
});

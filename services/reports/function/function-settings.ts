import { listSetting, originListSetting } from '@ordercast/platform/config.ts';
import { DATABASE_VARIABLES } from '@ordercast/platform/configured-database.ts';
import { z } from 'zod';
import { InvalidTimeZone, timeZoneName } from '../period/time-zone.ts';
import { REPORT_VARIABLES } from '../report-variables.ts';

const named = z.string().min(1);

/** Where runs are started: light ones in a function, heavy ones in a task. */
const START_VARIABLES = {
  /** Name or ARN of the function `run`. */
  REPORTS_FUNCTION: named,
  REPORTS_CLUSTER: named,
  REPORTS_TASK_DEFINITION: named,
  /** The container of the task that runs `services/reports/task.ts`. */
  REPORTS_CONTAINER: named,
  /** Ids, separated by commas. */
  REPORTS_SUBNETS: listSetting.pipe(z.array(z.string()).min(1)),
  REPORTS_SECURITY_GROUP: named,
};
export type StartVariables = z.output<z.ZodObject<typeof START_VARIABLES>>;

/** What EventBridge Scheduler is told of schedules. */
const SCHEDULE_VARIABLES = {
  /** The group that is ours alone: what no row knows is removed from it. */
  REPORTS_SCHEDULE_GROUP: named,
  REPORTS_SCHEDULE_ROLE_ARN: named,
  REPORTS_SCHEDULE_FUNCTION_ARN: named,
  REPORTS_SCHEDULE_CLUSTER_ARN: named,
  /** The queue that takes what Scheduler could not deliver. */
  REPORTS_SCHEDULE_DEAD_LETTER_ARN: named,
};

/** IANA name of the zone whose days are meant where nobody says. */
const zoneSetting = z
  .string()
  .default('UTC')
  .transform((text, context) => {
    try {
      return timeZoneName(text);
    } catch (error) {
      if (!(error instanceof InvalidTimeZone)) throw error;
      const message = 'must be a name of the IANA database, such as Europe/Berlin';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
  });

/** The environment variables of `api`: it signs URLs of files and sends no mail. */
export const apiFunctionSettings = z.object({
  ...DATABASE_VARIABLES,
  ...START_VARIABLES,
  COGNITO_ISSUER: z.url(),
  COGNITO_JWKS_URI: z.url().optional(),
  COGNITO_CLIENT_ID: z.string(),
  COGNITO_ENDPOINT: z.url().optional(),
  CORS_ORIGINS: originListSetting.default([]),
  REPORTS_TIME_ZONE: zoneSetting,
  REPORTS_BUCKET: REPORT_VARIABLES.REPORTS_BUCKET,
  REPORTS_LINK_SECRET_ID: REPORT_VARIABLES.REPORTS_LINK_SECRET_ID,
  REPORTS_LINK_KEYS_FILE: REPORT_VARIABLES.REPORTS_LINK_KEYS_FILE,
  REPORTS_LINK_DAYS: REPORT_VARIABLES.REPORTS_LINK_DAYS,
  REPORTS_PAGE_URL: REPORT_VARIABLES.REPORTS_PAGE_URL,
  REPORTS_API_URL: REPORT_VARIABLES.REPORTS_API_URL,
  S3_ENDPOINT: REPORT_VARIABLES.S3_ENDPOINT,
  LOG_LEVEL: REPORT_VARIABLES.LOG_LEVEL,
});

export const runFunctionSettings = z.object({ ...REPORT_VARIABLES, ...START_VARIABLES });

export const keepFunctionSettings = z.object({
  ...REPORT_VARIABLES,
  ...START_VARIABLES,
  ...SCHEDULE_VARIABLES,
});
export type KeepFunctionVariables = z.output<typeof keepFunctionSettings>;

export const mailEventsFunctionSettings = z.object({
  ...DATABASE_VARIABLES,
  LOG_LEVEL: REPORT_VARIABLES.LOG_LEVEL,
});

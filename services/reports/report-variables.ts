import { wholeNumberSetting } from '@ordercast/platform/config.ts';
import { DATABASE_VARIABLES } from '@ordercast/platform/configured-database.ts';
import { z } from 'zod';
import type { LinkSettings } from './mail/compose-mail.ts';

/** The environment variables of every program that works on runs of reports; spread into a program's own settings. */
export const REPORT_VARIABLES = {
  ...DATABASE_VARIABLES,
  REPORTS_BUCKET: z.string().min(3),
  /** Runs that may be under way at once, in all programs: the same for all of them. */
  REPORTS_MAX_RUNNING: wholeNumberSetting(1, 50).default(2),
  /** `reports@example.com`, or `Ordercast <reports@example.com>`. */
  REPORTS_MAIL_FROM: z.string().min(3),
  /** Without one SES tells nothing of bounces and complaints. */
  REPORTS_CONFIGURATION_SET: z.string().min(1).optional(),
  /** Name or ARN of the secret with the keys that links are signed with; see `createLinkKeys`. */
  REPORTS_LINK_SECRET_ID: z.string().min(1).optional(),
  /** A file with the same content instead of the secret, on a laptop. */
  REPORTS_LINK_KEYS_FILE: z.string().min(1).optional(),
  /** How long a link of a mail is good. */
  REPORTS_LINK_DAYS: wholeNumberSetting(1, 90).default(7),
  /** Where the app is opened. */
  REPORTS_PAGE_URL: z.url(),
  /** Base of the API that answers the links of mails. */
  REPORTS_API_URL: z.url(),
  /** Stand-ins for AWS on a laptop. */
  S3_ENDPOINT: z.url().optional(),
  SES_ENDPOINT: z.url().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
};

export type ReportVariables = z.output<z.ZodObject<typeof REPORT_VARIABLES>>;

const DAY_MS = 86_400_000;

/** Where links of mails lead, and how long they are good. */
export function linkSettings(
  variables: Pick<ReportVariables, 'REPORTS_PAGE_URL' | 'REPORTS_API_URL' | 'REPORTS_LINK_DAYS'>,
): LinkSettings {
  return {
    pageUrl: variables.REPORTS_PAGE_URL,
    apiUrl: variables.REPORTS_API_URL,
    linkLifeMs: variables.REPORTS_LINK_DAYS * DAY_MS,
  };
}

import { readFile } from 'node:fs/promises';
import { InvalidConfig } from '@ordercast/platform/config.ts';
import { configuredDatabase } from '@ordercast/platform/configured-database.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import { createSecretStore } from '@ordercast/platform/secret-store.ts';
import { SecretUnavailable } from '@ordercast/platform/secret-unavailable.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { wait } from '@ordercast/platform/wait.ts';
import { REPORT_DEFINITIONS } from './definition/report-definitions.ts';
import { createLinkKeys } from './link/link-keys.ts';
import { planMails } from './mail/plan-mails.ts';
import { sendMailsOfRun } from './mail/send-mails.ts';
import type { MailSending } from './mail/send-mails.ts';
import { createSesMailer } from './mail/ses-mailer.ts';
import type { ReportVariables } from './report-variables.ts';
import type { RunReportParts } from './run/run-report.ts';
import { createReportFiles } from './storage/report-files.ts';
import { createS3Client } from './storage/s3-client.ts';

export interface ReportRuns {
  runs: RunReportParts;
  mails: MailSending;
  close: () => Promise<void>;
}

const DAY_MS = 86_400_000;

/** What a program needs to work on runs of reports and to mail them: a database with one connection to it, S3, SES and keys of links. */
export async function openReportRuns(config: ReportVariables, log: Logger): Promise<ReportRuns> {
  const secrets = linkSecrets(config);
  const source = await configuredDatabase(config, (text) => log.warn(text));
  const database = source.open({ appName: 'ordercast-reports', poolMax: 1 });
  const region = config.AWS_REGION;
  const s3 = createS3Client({ region, endpoint: config.S3_ENDPOINT });
  const mailer = createSesMailer({
    region,
    endpoint: config.SES_ENDPOINT,
    from: config.REPORTS_MAIL_FROM,
    configurationSet: config.REPORTS_CONFIGURATION_SET,
  });
  const [clock, random] = [Date.now, Math.random];
  const ulids = createUlidSource({ clock, random });
  // The relay is a process of its own and polls.
  const changes = { database, ulids, clock, onCommitted: () => undefined };
  const mails: MailSending = {
    ...changes,
    mailer,
    keys: createLinkKeys({ ...secrets, clock, log }),
    links: {
      pageUrl: config.REPORTS_PAGE_URL,
      apiUrl: config.REPORTS_API_URL,
      linkLifeMs: config.REPORTS_LINK_DAYS * DAY_MS,
    },
    random,
    log,
  };
  return {
    mails,
    runs: {
      ...changes,
      openSnapshot: () => source.open({ appName: 'ordercast-reports-read', poolMax: 1 }),
      files: createReportFiles({ client: s3, bucket: config.REPORTS_BUCKET }),
      definitionOf: (kind) => REPORT_DEFINITIONS[kind],
      planMails: (trx, run, now) => planMails(trx, run, { ulids, now }),
      sendMails: (runId, signal) => sendMailsOfRun(mails, runId, signal),
      wait,
      random,
      log,
      maxRunning: config.REPORTS_MAX_RUNNING,
    },
    close: async () => {
      await database.destroy();
      source.close();
      s3.destroy();
      mailer.close();
      secrets.secrets.close();
    },
  };
}

function linkSecrets({
  REPORTS_LINK_SECRET_ID: secretId,
  REPORTS_LINK_KEYS_FILE: file,
  AWS_REGION: region,
}: ReportVariables) {
  if (secretId !== undefined && file === undefined) {
    return { secretId, secrets: createSecretStore(region) };
  }
  if (file !== undefined && secretId === undefined) {
    return { secretId: file, secrets: { read: readKeysFile, close: () => undefined } };
  }
  throw new InvalidConfig(
    'Set either REPORTS_LINK_SECRET_ID or REPORTS_LINK_KEYS_FILE: one of them names the keys that links are signed with.',
  );
}

async function readKeysFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new SecretUnavailable(`The keys of report links cannot be read from ${path}.`, { cause });
  }
}

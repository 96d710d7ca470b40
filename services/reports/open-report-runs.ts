import { configuredDatabase } from '@ordercast/platform/configured-database.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { wait } from '@ordercast/platform/wait.ts';
import { REPORT_DEFINITIONS } from './definition/report-definitions.ts';
import { createLinkKeys } from './link/link-keys.ts';
import { linkSecrets } from './link-secrets.ts';
import { planMails } from './mail/plan-mails.ts';
import { sendMailsOfRun } from './mail/send-mails.ts';
import type { MailSending } from './mail/send-mails.ts';
import { createSesMailer } from './mail/ses-mailer.ts';
import { linkSettings } from './report-variables.ts';
import type { ReportVariables } from './report-variables.ts';
import type { RunReportParts } from './run/run-report.ts';
import { createReportFiles } from './storage/report-files.ts';
import { createS3Client } from './storage/s3-client.ts';

export interface ReportRuns {
  runs: RunReportParts;
  mails: MailSending;
  close: () => Promise<void>;
}

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
    links: linkSettings(config),
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

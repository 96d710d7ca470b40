import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from '@ordercast/platform/logger.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { wait } from '@ordercast/platform/wait.ts';
import { S3Client } from '@aws-sdk/client-s3';
import { createReportsApi } from '@ordercast/services/reports/create-reports-api.ts';
import type { ReportsApi } from '@ordercast/services/reports/create-reports-api.ts';
import { createLinkKeys } from '@ordercast/services/reports/link/link-keys.ts';
import { createMailEventsHandler } from '@ordercast/services/reports/mail/mail-events.ts';
import { sendLeftOverMails, sendMailsOfRun } from '@ordercast/services/reports/mail/send-mails.ts';
import { createSesMailer } from '@ordercast/services/reports/mail/ses-mailer.ts';
import { keepRuns } from '@ordercast/services/reports/run/keep-runs.ts';
import {
  scheduledRun,
  scheduleEventSchema,
} from '@ordercast/services/reports/run/scheduled-run.ts';
import { endLeases } from '@ordercast/services/reports/run/run-store.ts';
import { startQuietly } from '@ordercast/services/reports/run/request-run.ts';
import { createProcessStart } from '@ordercast/services/reports/run/start-process.ts';
import { reconcileSchedules } from '@ordercast/services/reports/schedule/reconcile-schedules.ts';
import { createLocalScheduler } from '@ordercast/services/reports/schedule/scheduler/local-scheduler.ts';
import type { LocalScheduler } from '@ordercast/services/reports/schedule/scheduler/local-scheduler.ts';
import { createReportFiles } from '@ordercast/services/reports/storage/report-files.ts';
import type { Knex } from 'knex';
import type { LineSink } from '@ordercast/platform/dropping-lines.ts';
import { reportLinkKeys } from './report-link-keys.ts';
import type { ReportsCloud } from './reports-cloud.ts';

export interface LocalReportsOptions {
  database: Knex;
  /** For the processes that work on runs. */
  databaseUrl: string;
  /**
   * Whether the database lies in the data folder, which is one process's alone: then every run that is under way at the start was left by
   * a dead one. A server may have other programs that work on its runs.
   */
  isDatabaseOwn: boolean;
  /** Where the keys of links are kept. */
  folder: string;
  cloud: ReportsCloud['settings'];
  /** The origin at which people open links: the tunnel's where there is one. */
  publicOrigin: string;
  /** Where tokens come from; see `createReportsApi`. */
  tokens: {
    issuer: string;
    jwksUri: string;
    clientId: string;
    region: string;
    cognitoEndpoint: string;
  };
  corsOrigins: readonly string[];
  onCommitted: () => void;
  /** Epoch ms. */
  clock: () => number;
  random: () => number;
  logger: (service: string) => Logger;
  /** Takes the log lines of the processes. */
  logSink: LineSink;
}

export interface LocalReports {
  api: ReportsApi;
  /** What the scheduler is about to do, of schedules as they are kept. */
  scheduler: Pick<LocalScheduler, 'upcoming' | 'fireAt'>;
  /** Takes what SES would tell of a mail. */
  onMailEvent: (event: unknown) => Promise<void>;
  /** Gives back what is under way and closes all but the database. */
  close: () => Promise<void>;
}

const MAX_RUNNING = 2;
const LINK_DAYS = 7;
const DAY_MS = 86_400_000;
/** On AWS a minute passes between two looks; nobody pays for them here. */
const LOOK_EVERY_MS = 3_000;
const MAIL_FROM = 'Ordercast <reports@ordercast.example>';
const TIME_ZONE = 'UTC';

/** Everything of reports on the laptop: their API, processes for runs, the scheduler, and who looks after what is left. */
export async function startLocalReports(options: LocalReportsOptions): Promise<LocalReports> {
  const { database, cloud, tokens, clock, random, logger, publicOrigin } = options;
  const log = logger('reports');
  // They are taken up by the first look, not a minute later. A process that outlives the one that started it ends by itself.
  if (options.isDatabaseOwn) await endLeases(database, clock());
  const keysFile = reportLinkKeys(options.folder, randomBytes);
  const apiUrl = `${publicOrigin}/api`;
  const ulids = createUlidSource({ clock, random });
  const changes = { database, ulids, clock, onCommitted: options.onCommitted };
  const processes = createProcessStart({
    environment: {
      ...inherited(),
      AWS_REGION: tokens.region,
      DATABASE_URL: options.databaseUrl,
      LOG_LEVEL: 'info',
      REPORTS_API_URL: apiUrl,
      REPORTS_BUCKET: cloud.bucket,
      REPORTS_CONFIGURATION_SET: cloud.configurationSet,
      REPORTS_LINK_DAYS: String(LINK_DAYS),
      REPORTS_LINK_KEYS_FILE: keysFile,
      REPORTS_MAIL_FROM: MAIL_FROM,
      REPORTS_MAX_RUNNING: String(MAX_RUNNING),
      REPORTS_PAGE_URL: publicOrigin,
      S3_ENDPOINT: cloud.s3Endpoint,
      SES_ENDPOINT: cloud.sesEndpoint,
    },
    maxProcesses: MAX_RUNNING,
    onLine: (line) => options.logSink.write(`${line}\n`),
    log,
  });
  const s3 = s3At(cloud.s3Endpoint, options);
  const presigner = s3At(cloud.s3PublicEndpoint, options);
  const files = createReportFiles({ client: s3, presigner, bucket: cloud.bucket });
  const mailer = createSesMailer({
    region: tokens.region,
    endpoint: cloud.sesEndpoint,
    from: MAIL_FROM,
    configurationSet: cloud.configurationSet,
  });
  const secrets = { read: () => readFile(keysFile, 'utf8') };
  const keys = createLinkKeys({ secretId: keysFile, secrets, clock, log });
  const links = { pageUrl: publicOrigin, apiUrl, linkLifeMs: LINK_DAYS * DAY_MS };
  const mails = { ...changes, mailer, keys, links, random, log };
  const { start } = processes;
  const scheduler = createLocalScheduler({
    clock,
    wait,
    fire: async (event) => {
      const made = await scheduledRun({ ...changes, log }, scheduleEventSchema.parse(event));
      if (made !== undefined && !made.replayed) await startQuietly({ start, log }, made.run);
    },
    logger: log,
  });
  const reconcile = () => reconcileSchedules({ db: database, scheduler, logger: log, now: clock });
  const stopping = new AbortController();
  const { signal } = stopping;
  /** Done soon, beside what is asked for now; a failure is the next look's. */
  const soon = (what: string, duty: () => Promise<unknown>): void => {
    duty().catch((err: unknown) => log.warn({ err, what }, 'is left for the next look'));
  };
  const lookAfter = async (): Promise<void> => {
    while (!signal.aborted) {
      for (const [what, duty] of Object.entries({
        runs: () => keepRuns({ ...changes, files, start, log, maxRunning: MAX_RUNNING }),
        mails: () => sendLeftOverMails(mails, signal),
        schedules: reconcile,
      })) {
        await duty().catch((err: unknown) =>
          log.error({ err, what }, 'reports could not be looked after'),
        );
      }
      await wait(LOOK_EVERY_MS, signal);
    }
  };
  const running = Promise.all([lookAfter(), scheduler.run(signal)]);

  const api = createReportsApi({
    ...tokens,
    database,
    corsOrigins: options.corsOrigins,
    timeZone: TIME_ZONE,
    start,
    files,
    keys,
    links,
    onCommitted: options.onCommitted,
    onScheduleChanged: () => soon('schedules', reconcile),
    onMailResumed: (runId) => soon('mails', () => sendMailsOfRun(mails, runId, signal)),
    clock,
    random,
    log: logger('reports-api'),
  });
  return {
    api,
    scheduler: {
      upcoming: () => scheduler.upcoming(),
      fireAt: async (time) => {
        // One that was saved a moment ago counts.
        await reconcile();
        return scheduler.fireAt(time);
      },
    },
    onMailEvent: createMailEventsHandler({ database, clock, log }),
    close: async () => {
      stopping.abort();
      await Promise.all([running, processes.close()]);
      api.close();
      mailer.close();
      s3.destroy();
      presigner.destroy();
    },
  };
}

/** What a process needs of this one's environment, and nothing of AWS. */
function inherited(): Record<string, string> {
  const names = [
    'NODE_COMPILE_CACHE',
    'NODE_EXTRA_CA_CERTS',
    'NODE_OPTIONS',
    'PATH',
    'TMPDIR',
    'TZ',
  ];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function s3At(endpoint: string, { cloud }: Pick<LocalReportsOptions, 'cloud'>): S3Client {
  return new S3Client({
    ...standIn(endpoint),
    credentials: cloud.s3Credentials,
    forcePathStyle: true,
  });
}

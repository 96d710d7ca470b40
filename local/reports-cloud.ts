import { startS3 } from '@ordercast/emulators/s3/start-s3.ts';
import type { LocalS3 } from '@ordercast/emulators/s3/start-s3.ts';
import { startSes } from '@ordercast/emulators/ses/start-ses.ts';
import type { LocalSes, SentEmail, SesEvent } from '@ordercast/emulators/ses/start-ses.ts';
import type { Logger } from '@ordercast/platform/logger.ts';
import type { Mailbox } from './mailbox.ts';

/** The bucket that reports are written to. */
export const REPORTS_BUCKET = 'ordercast-reports';
/** First segment of the path at which the page's origin answers presigned URLs. */
export const S3_PATH = 's3';
/** As the configuration set of a stage would be: without one there are no events of bounces. */
export const REPORTS_CONFIGURATION_SET = 'ordercast-reports';

export interface ReportsCloudOptions {
  /** Where objects and uploads are kept. */
  folder: string;
  /** The origin at which people open links: the tunnel's where there is one. */
  publicOrigin: string;
  mailbox: Pick<Mailbox, 'deliver'>;
  /** Given what SES would tell of a mail that came back or was complained of. */
  onMailEvent: (event: SesEvent) => void | Promise<void>;
  clock: () => number;
  logger: (service: string) => Pick<Logger, 'error'>;
}

/** What reports need of the cloud: where they are kept, and who takes their mails. */
export interface ReportsCloud {
  s3: LocalS3;
  ses: LocalSes;
  /** What the API and the process of a run are told. */
  settings: {
    bucket: string;
    configurationSet: string;
    /** For programs of this machine: `S3_ENDPOINT`. */
    s3Endpoint: string;
    /** What a URL for people is presigned for, with {@link s3Credentials}: the page's own origin. */
    s3PublicEndpoint: string;
    s3Credentials: LocalS3['credentials'];
    /** `SES_ENDPOINT` */
    sesEndpoint: string;
  };
  close(): Promise<void>;
}

export async function startReportsCloud(options: ReportsCloudOptions): Promise<ReportsCloud> {
  const { folder, publicOrigin, mailbox, clock, logger, onMailEvent } = options;
  const ses = await startSes({
    clock,
    deliver: (email) => mailbox.deliver(mailOf(email)),
    onEvent: onMailEvent,
    onFault: (err) => logger('ses').error({ err }, 'the SES stand-in failed'),
  });
  const s3 = await startS3({
    folder,
    bucket: REPORTS_BUCKET,
    clock,
    onFault: (err) => logger('s3').error({ err }, 'the S3 stand-in failed'),
  }).catch(async (error: unknown) => {
    await ses.close();
    throw error;
  });
  return {
    s3,
    ses,
    settings: {
      bucket: REPORTS_BUCKET,
      configurationSet: REPORTS_CONFIGURATION_SET,
      s3Endpoint: s3.endpoint,
      s3PublicEndpoint: `${publicOrigin}/${S3_PATH}`,
      s3Credentials: s3.credentials,
      sesEndpoint: ses.endpoint,
    },
    close: async () => {
      await Promise.all([s3.close(), ses.close()]);
    },
  };
}

function mailOf({ from, to, cc, bcc, subject, text, html }: SentEmail) {
  return { from, to: [...to, ...cc, ...bcc].join(', '), subject, text: text ?? '', html };
}

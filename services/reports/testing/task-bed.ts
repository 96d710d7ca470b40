import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { startSes } from '@ordercast/emulators/ses/start-ses.ts';
import type { LocalSes, SentEmail } from '@ordercast/emulators/ses/start-ses.ts';
import { ownEnvironment } from '@ordercast/platform/testing/own-environment.ts';
import { portOf } from '@ordercast/platform/testing/port-of.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { FROM, LINKS, secretOf, testKeys } from '../mail/testing/mail-scene.ts';
import { createSesMailer } from '../mail/ses-mailer.ts';
import type { MailSending } from '../mail/send-mails.ts';
import type { AskedScope } from '../run/report-run.ts';
import { insertShop, randomOrders } from './random-shop.ts';
import { startReportBed } from './report-bed.ts';
import type { ReportBed } from './report-bed.ts';
import { BUCKET } from './stored-objects.ts';

const DAY_AT = Date.parse('2026-11-21T00:00:00.000Z');
const HOUR_MS = 3_600_000;
export const DAILY: AskedScope = {
  kind: 'daily',
  from: DAY_AT,
  to: DAY_AT + 24 * HOUR_MS,
  timeZone: 'UTC',
  gzip: false,
};
const TIE = join(import.meta.dirname, 'tie.ts');

/** A process of a run, seen by a connection that lasts as long as it lives, however it ends. */
export interface TiedProcess {
  pid: number;
  ended: Promise<void>;
}

/** What processes of `task.ts` work with: a database with a day's orders, and an S3 and an SES that a test lets fail. */
export interface TaskBed extends ReportBed {
  ses: LocalSes;
  delivered: SentEmail[];
  /** Variables of a process of `task.ts`, but for its run. */
  environment: Record<string, string>;
  /** Sends what processes have left over, by the bed's clock. */
  mails: MailSending;
  /** The process of that place among those that started, from 0 on; now or later. */
  process: (at: number) => Promise<TiedProcess>;
}

export async function startTaskBed(): Promise<TaskBed> {
  const bed = await startReportBed();
  const random = seededRandom(16);
  const instants = Array.from({ length: 30 }, () => DAY_AT + random() * 24 * HOUR_MS);
  await insertShop(bed.database.db, randomOrders(random, instants));
  const delivered: SentEmail[] = [];
  const ses = await startSes({ deliver: (email) => void delivered.push(email) });
  const keysFile = `${bed.database.url.slice('sqlite:'.length)}.keys`;
  await writeFile(keysFile, secretOf('a'));
  const ties = await startTies();
  const mailer = createSesMailer({ region: 'us-east-1', endpoint: ses.endpoint, from: FROM });
  const { database, ulids, parts, now } = bed;
  return {
    ...bed,
    ses,
    delivered,
    environment: {
      ...ownEnvironment(),
      NODE_OPTIONS: `--import=${TIE}`,
      TIE_PORT: String(ties.port),
      DATABASE_URL: database.url,
      REPORTS_BUCKET: BUCKET,
      REPORTS_LINK_KEYS_FILE: keysFile,
      REPORTS_MAIL_FROM: FROM,
      REPORTS_PAGE_URL: LINKS.pageUrl,
      REPORTS_API_URL: LINKS.apiUrl,
      S3_ENDPOINT: bed.s3.endpoint,
      SES_ENDPOINT: ses.endpoint,
    },
    mails: {
      database: database.db,
      ulids,
      clock: () => now.ms,
      onCommitted: () => undefined,
      mailer,
      keys: testKeys(),
      links: LINKS,
      random,
      log: parts().log,
    },
    process: ties.process,
    close: async () => {
      await ties.close();
      mailer.close();
      await Promise.all([ses.close(), bed.close()]);
    },
  };
}

/** Where processes that load `tie.ts` connect to. */
async function startTies() {
  const processes: (TiedProcess & { socket: Socket })[] = [];
  const watchers = new Set<() => void>();
  const server = createServer((socket) => {
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.once('data', (pid) => {
      processes.push({ pid: Number(pid.toString()), ended, socket });
      for (const look of watchers) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server),
    process: (at: number): Promise<TiedProcess> =>
      new Promise((resolve) => {
        const look = (): void => {
          const tied = processes[at];
          if (tied === undefined) return;
          watchers.delete(look);
          resolve(tied);
        };
        watchers.add(look);
        look();
      }),
    /** Ends those that a test that failed left. */
    close: async () => {
      for (const { pid, socket } of processes) if (!socket.closed) process.kill(pid, 'SIGKILL');
      await Promise.all(processes.map(({ ended }) => ended));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

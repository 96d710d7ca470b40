import type { ReportFormat } from '@ordercast/contract/report.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { insertMails, claimMail, giveUpMail, listMails } from '../reports/mail/mail-store.ts';
import { failRun, finishRun, claimRun } from '../reports/run/run-store.ts';
import { fileNameOf } from '../reports/storage/report-key.ts';
import type { TestReportsApi } from './test-reports-api.ts';

/** Of a daily report of a day without orders. */
const NO_ORDERS = {
  from: '2026-11-20T23:00:00.000Z',
  to: '2026-11-21T23:00:00.000Z',
  date: '2026-11-21',
  timeZone: 'Europe/Berlin',
  readAt: '2026-11-22T05:00:00.000Z',
  totals: [],
  comparisons: [],
  hours: [],
  stays: [],
  products: [],
  otherProducts: [],
};

type Api = Pick<TestReportsApi, 'database' | 'files'>;

const ulids = createUlidSource({ clock: Date.now, random: seededRandom(16) });
const TYPES: Readonly<Record<ReportFormat, string>> = { csv: 'text/csv', pdf: 'application/pdf' };

async function takenRun({ database: { db } }: Api, id: string) {
  const owner = '01HF7YAT000000000000000001';
  const lease = await claimRun(db, id, {
    owner,
    now: Date.now(),
    leaseMs: 60_000,
    maxRunning: 50,
  });
  if (typeof lease === 'string') throw new Error(`The run ${id} is ${lease}`);
  return lease;
}

/** Ends a run as its process would, with a file of each format that holds its own name. */
export async function finishTestRun(
  api: Api,
  id: string,
  formats: readonly ReportFormat[] = ['pdf', 'csv'],
): Promise<string[]> {
  const lease = await takenRun(api, id);
  const files = await Promise.all(
    formats.map(async (format) => {
      const key = `reports/${id}/${lease.attempt}/daily-2026-11-21.${format}`;
      const body = [Buffer.from(fileNameOf(key))];
      const bytes = await api.files.upload(
        key,
        TYPES[format],
        (async function* () {
          await Promise.resolve();
          yield* body;
        })(),
        new AbortController().signal,
      );
      return { format, key, bytes };
    }),
  );
  await finishRun(api.database.db, lease, {
    files,
    figures: JSON.stringify(NO_ORDERS),
    rows: 1,
    now: Date.now(),
  });
  return files.map(({ key }) => key);
}

export async function failTestRun(api: Api, id: string, failure: string): Promise<void> {
  await failRun(api.database.db, await takenRun(api, id), { failure, now: Date.now() });
}

/** A mail of a run of which nobody knows whether it went, or one that waits. */
export async function mailTestRun(
  { database: { db } }: Api,
  runId: string,
  { address, status }: { address: string; status: 'waiting' | 'unconfirmed' },
): Promise<void> {
  const now = Date.now();
  await insertMails(db, runId, [address], { ulids, now });
  const mail = (await listMails(db, runId)).find((one) => one.address === address);
  if (mail === undefined || status === 'waiting') return;
  const claim = await claimMail(db, mail, { now, until: now });
  if (claim === undefined) throw new Error('The mail was taken');
  await giveUpMail(db, claim, { status, reason: 'Nobody knows.', now });
}

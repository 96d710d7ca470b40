import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startS3 } from '@ordercast/emulators/s3/start-s3.ts';
import type { LocalS3 } from '@ordercast/emulators/s3/start-s3.ts';
import { migrateToLatest } from '@ordercast/migrations/migrate.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { createUlidSource } from '@ordercast/platform/ulid.ts';
import { findRun, insertRun } from '@ordercast/services/reports/run/run-store.ts';
import { TASK_NODE_OPTIONS } from '@ordercast/services/reports/run/task-node-options.ts';
import { createReportFiles } from '@ordercast/services/reports/storage/report-files.ts';
import { runPrefix } from '@ordercast/services/reports/storage/report-key.ts';
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Benchmark, Figure } from '../benchmark.ts';
import { startChild } from '../child.ts';
import { fillOrders } from '../many-orders/fill-orders.ts';
import { STAFF_SUB } from '../many-orders/random-order.ts';
import { runMeasured } from './run-measured.ts';
import type { Measured } from './run-measured.ts';

const DEFAULT_ORDERS = '100000';
const FROM = Date.parse('2026-01-01T00:00:00.000Z');
const TO = Date.parse('2026-11-01T00:00:00.000Z');
const BUCKET = 'reports';
const ROOT = join(import.meta.dirname, '../..');
const TASK = join(ROOT, 'services/reports/task.ts');
const PLAIN = join(import.meta.dirname, 'plain-export.ts');
const WRITER = join(import.meta.dirname, 'order-writer.ts');
const KEYS = { current: { id: 'k1', key: Buffer.alloc(32, 7).toString('base64url') } };

const ordersSchema = z.coerce.number().int().min(1).max(10_000_000);
const countsSchema = z.object({ placed: z.number(), waited: z.number() });

/** The full export by the job as it is deployed, beside what anybody would write first; orders are placed meanwhile. */
export const reportExport: Benchmark = {
  name: 'report-export',
  compares:
    'the export of a period (100,000 orders, or BENCH_ORDERS) by the job, to plain knex .stream() into csv-stringify; orders are placed meanwhile.',
  sides: { subject: 'job', reference: 'plain stream' },
  async open() {
    const orders = ordersSchema.parse(process.env['BENCH_ORDERS'] ?? DEFAULT_ORDERS);
    const folder = await mkdtemp(join(tmpdir(), 'ordercast-bench-'));
    const url = `sqlite:${join(folder, 'orders.db')}`;
    const database = openDatabase(url);
    const s3 = await startS3({ folder: join(folder, 's3'), bucket: BUCKET });
    const close = async () => {
      await s3.close();
      await database.destroy();
      await rm(folder, { recursive: true });
    };
    try {
      await migrateToLatest(database);
      const { lines } = await fillOrders(database, { orders, seed: 1, from: FROM, to: TO });
      const keysFile = join(folder, 'link-keys.json');
      await writeFile(keysFile, JSON.stringify(KEYS));
      const shop = { database, url, s3, keysFile, lines };
      return {
        subject: () => besideOrders(shop, () => job(shop)),
        reference: () => besideOrders(shop, () => plain(shop)),
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

interface Shop {
  database: Knex;
  url: string;
  s3: LocalS3;
  keysFile: string;
  lines: number;
}

async function besideOrders(shop: Shop, work: () => Promise<Measured>): Promise<Figure[]> {
  const writer = startChild(WRITER, [shop.url]);
  try {
    await writer.ask('start', z.object({}));
    const { seconds, peakMegabytes } = await work();
    const { placed, waited } = await writer.ask('stop', countsSchema);
    return [
      { name: 'rows', unit: 'a second', value: shop.lines / seconds },
      { name: 'peak resident memory', unit: 'MB', value: peakMegabytes },
      { name: 'orders placed meanwhile', unit: 'a second', value: placed / seconds },
      {
        name: 'of these without a wait for a lock',
        unit: '%',
        value: (100 * (placed - waited)) / placed,
      },
    ];
  } finally {
    await writer.stop();
  }
}

async function job({ database, url, s3, keysFile, lines }: Shop): Promise<Measured> {
  const now = Date.now();
  const id = createUlidSource({ clock: Date.now, random: Math.random }).next();
  const asker = { kind: 'person', sub: STAFF_SUB, name: 'Sam' } as const;
  const scope = { kind: 'export', from: FROM, to: TO, timeZone: 'UTC', gzip: false } as const;
  await insertRun(database, { ...scope, id, triggerKey: `request:${id}`, asker }, now);
  const env = {
    AWS_REGION: 'us-east-1',
    DATABASE_URL: url,
    LOG_LEVEL: 'warn',
    REPORT_RUN_ID: id,
    REPORTS_API_URL: 'http://localhost/api',
    REPORTS_BUCKET: BUCKET,
    REPORTS_LINK_KEYS_FILE: keysFile,
    REPORTS_MAIL_FROM: 'reports@example.com',
    REPORTS_PAGE_URL: 'http://localhost',
    S3_ENDPOINT: s3.endpoint,
  };
  const measured = await runMeasured(TASK, env, TASK_NODE_OPTIONS);
  const run = await findRun(database, id);
  if (run?.status !== 'done' || run.rowsDone !== lines) {
    throw new Error(`the run is ${run?.status ?? 'gone'} with ${run?.rowsDone ?? 0} rows`);
  }
  await createReportFiles({ client: s3.client, bucket: BUCKET }).discard(runPrefix(id));
  return measured;
}

async function plain({ url, s3 }: Shop): Promise<Measured> {
  const measured = await runMeasured(PLAIN, {
    DATABASE_URL: url,
    S3_ENDPOINT: s3.endpoint,
    REPORTS_BUCKET: BUCKET,
    EXPORT_FROM: String(FROM),
    EXPORT_TO: String(TO),
    EXPORT_KEY: 'plain/export.csv',
  });
  await createReportFiles({ client: s3.client, bucket: BUCKET }).discard('plain/');
  return measured;
}

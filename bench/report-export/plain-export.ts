import { readConfig } from '@ordercast/platform/config.ts';
import { parseDatabaseUrl } from '@ordercast/platform/database-url.ts';
import { createReportFiles } from '@ordercast/services/reports/storage/report-files.ts';
import { createS3Client } from '@ordercast/services/reports/storage/s3-client.ts';
import { stringify } from 'csv-stringify';
import knexModule from 'knex';
import { z } from 'zod';

/**
 * The same rows as anybody would write them first: knex's own SQLite client, one query, `.stream()` piped to csv-stringify and uploaded. Amounts stay
 * minor units and nothing is made neutral, so that it does less.
 */
const config = readConfig(
  z.object({
    DATABASE_URL: z.string(),
    S3_ENDPOINT: z.string(),
    REPORTS_BUCKET: z.string(),
    EXPORT_FROM: z.coerce.number(),
    EXPORT_TO: z.coerce.number(),
    EXPORT_KEY: z.string(),
  }),
  process.env,
);
const address = parseDatabaseUrl(config.DATABASE_URL);
if (address.kind !== 'sqlite') throw new Error('This is measured on a file');
const db = knexModule.knex({
  client: 'better-sqlite3',
  connection: { filename: address.path },
  useNullAsDefault: true,
});
const rows = db('orders')
  .join('people', 'people.sub', 'orders.customer_id')
  .join('order_lines', 'order_lines.order_id', 'orders.id')
  .where('orders.created_at', '>=', config.EXPORT_FROM)
  .where('orders.created_at', '<', config.EXPORT_TO)
  .orderBy(['orders.created_at', 'orders.id', 'order_lines.line_no'])
  .select(
    'orders.id as order_id',
    'orders.number as order_number',
    'orders.status',
    'orders.created_at as placed_at',
    'orders.updated_at',
    'orders.customer_id',
    'people.name as customer_name',
    'people.email as customer_email',
    'orders.note',
    'orders.currency',
    'orders.total as order_total',
    'order_lines.line_no',
    'order_lines.product_id',
    'order_lines.name as product_name',
    'order_lines.quantity',
    'order_lines.unit_price',
    'order_lines.total as line_total',
  )
  .stream();
const client = createS3Client({ region: 'us-east-1', endpoint: config.S3_ENDPOINT });
const files = createReportFiles({ client, bucket: config.REPORTS_BUCKET });
const csv = rows.pipe(stringify({ header: true, record_delimiter: '\r\n' }));
await files.upload(config.EXPORT_KEY, 'text/csv', csv, new AbortController().signal);
client.destroy();
await db.destroy();

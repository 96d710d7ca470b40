import { TABLES, fillEveryTable } from '@ordercast/migrations/testing/fill-every-table.ts';
import type { Knex } from 'knex';

/** The id of the order, the outbox row and the announcement that `fillEveryTable` writes. */
export const KNOWN_ID = '01HF7YAT00000000000000000A';
/** An id that no row has. */
export const NEW_ID = '01KANX0000000000000000000B';
export const CHANNELS = ['user/ada', 'orders'];

/** Puts a database back to a row in each table, of which one or another fits every operation. */
export async function putKnownRows(db: Knex): Promise<void> {
  for (const table of TABLES) await db(table).del();
  await fillEveryTable(db);
  await db('outbox').update({ channels: JSON.stringify(CHANNELS) });
}

/** SQL Server's answer to any text of the stores: a row with a fitting value for each column. */
export function answeredRow(sql: string, writtenRows: number) {
  const at = new Date('2026-11-22T08:30:00.000Z');
  return {
    row_count: writtenRows,
    deleted: writtenRows,
    outcome: 0,
    mode: 'Exclusive',
    id: KNOWN_ID,
    sub: 'ada',
    name: 'Ada',
    email: 'ada@example.com',
    customer_id: 'ada',
    customer_name: 'Ada',
    customer_email: 'ada@example.com',
    status: sql.includes('idempotency_keys')
      ? 201
      : sql.includes('report_mails')
        ? 'waiting'
        : sql.includes('[reports]')
          ? 'queued'
          : 'placed',
    version: 1,
    currency: 'EUR',
    total: 900,
    note: 'Please ring',
    line_count: 1,
    created_at: at,
    updated_at: at,
    count: 1,
    hour: 1,
    quarter: 1,
    since: at,
    younger_0: 1,
    mean_ms: 1,
    longest_ms: 1,
    order_id: KNOWN_ID,
    line_no: 1,
    product_id: 'tea',
    quantity: 2,
    unit_price: 450,
    category: 'Drinks',
    at,
    by_sub: 'ada',
    by_name: 'Ada',
    by_role: 'customer',
    from_status: 'placed',
    to_status: 'confirmed',
    reason: 'Because',
    text: 'Hello',
    channels: JSON.stringify(CHANNELS),
    event: '{}',
    traceparent: '00-0',
    attempts: 0,
    fence: 1,
    request_hash: 'r',
    location: '/orders/1',
    etag: '"1"',
    body: '{}',
    expires_at: at,
    report_id: KNOWN_ID,
    address: 'sam@example.com',
    message_id: '0100-abc',
    due_at: at,
    kind: 'daily',
    schedule: 'cron(0 6 * * ? *)',
    time_zone: 'UTC',
    period: null,
    gzip: false,
    enabled: true,
    recipients: '[]',
    updated_by: 'ada',
    synced_version: null,
    synced_at: null,
    sync_failure: null,
    trigger_key: 't',
    requested_by: 'ada',
    requested_name: 'Ada',
    schedule_id: null,
    period_from: at,
    period_to: at,
    slot: 7,
    rows_done: null,
    rows_total: null,
    csv_key: null,
    csv_bytes: null,
    pdf_key: null,
    pdf_bytes: null,
    figures: null,
    failure: null,
    started_at: null,
    finished_at: null,
  };
}

import type { Knex } from 'knex';

/** The tables of the schema, bookkeeping left out; those that others refer to come last. */
export const TABLES = [
  'announcements',
  'idempotency_keys',
  'leases',
  'outbox',
  'report_mails',
  'report_schedules',
  'reports',
  'order_lines',
  'order_timeline',
  'orders',
  'products',
  'person_words',
  'people',
];

const at = new Date(1_700_000_000_000);
const orderId = '01HF7YAT00000000000000000A';

/** A row in every table, each related to the others as in life. */
export async function fillEveryTable(db: Knex): Promise<void> {
  await db('people').insert({
    sub: 'ada',
    name: 'Ada',
    email: 'ada@example.com',
    name_key: 'ada',
    email_key: 'ada@example.com',
    created_at: at,
  });
  await db('person_words').insert({ word: 'ada', sub: 'ada' });
  await db('products').insert({
    id: 'tea',
    name: 'Tea',
    category: 'Drinks',
    unit_price: 450,
    currency: 'EUR',
    created_at: at,
  });
  await db('orders').insert({
    id: orderId,
    customer_id: 'ada',
    status: 'placed',
    version: 1,
    currency: 'EUR',
    total: 900,
    line_count: 1,
    created_at: at,
    updated_at: at,
  });
  await db('order_lines').insert({
    order_id: orderId,
    line_no: 1,
    product_id: 'tea',
    name: 'Tea',
    quantity: 2,
    unit_price: 450,
    total: 900,
  });
  await db('order_timeline').insert({
    order_id: orderId,
    version: 1,
    at,
    by_sub: 'ada',
    by_role: 'customer',
    to_status: 'placed',
  });
  await db('outbox').insert({
    id: orderId,
    channels: '[]',
    event: '{}',
    created_at: at,
    attempts: 0,
  });
  await db('leases').insert({ name: 'relay', owner: 'x', fence: 1, expires_at: at });
  await db('idempotency_keys').insert({
    subject: 'ada',
    route: 'POST /orders',
    key_hash: 'h',
    request_hash: 'r',
    status: 201,
    body: '{}',
    created_at: at,
    expires_at: at,
  });
  await db('announcements').insert({ id: orderId, text: 'Hello', by_sub: 'ada', at });
  await db('reports').insert({
    id: orderId,
    kind: 'daily',
    status: 'queued',
    trigger_key: 't',
    period_from: at,
    period_to: new Date(at.getTime() + 1),
    created_at: at,
  });
  await db('report_mails').insert({
    id: orderId,
    report_id: orderId,
    address: 'sam@example.com',
    status: 'waiting',
    attempts: 0,
    updated_at: at,
  });
  await db('report_schedules').insert({
    id: 'daily',
    kind: 'daily',
    schedule: 'cron(0 6 * * ? *)',
    time_zone: 'UTC',
    recipients: '[]',
    enabled: true,
    version: 1,
    updated_at: at,
  });
}

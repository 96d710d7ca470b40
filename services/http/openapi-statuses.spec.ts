import { orderSchema } from '@ordercast/contract/order.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADA, ALEX, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';
import { sweptStatuses } from '../testing/swept-statuses.ts';
import type { SweptService } from '../testing/swept-statuses.ts';

/** Tried on every operation that takes a body: what is right for one is wrong for the others. */
const BODIES = [
  { lines: [{ productId: 'tea', quantity: 1 }] },
  { lines: [{ productId: 'nothing', quantity: 1 }] },
  { to: 'delivered' },
  { to: 'confirmed' },
  { text: 'We close at noon.' },
];
const HEADERS: Record<string, string>[] = [
  {},
  { 'If-Match': '*' },
  { 'If-Match': '"99"' },
  { 'If-None-Match': '*' },
  { 'Idempotency-Key': 'one' },
];
/** In this order: what only the last may do has not been done when the others try. */
const USERS = [undefined, ADA, ALEX];

/**
 * A healthy one, and, for the last steps of a call, one whose database is broken, one whose database is away, and
 * one that has no room.
 */
let services: (SweptService & { api: TestApi })[];
let impatient: TestApi;
let orderId: string;
const away = openDatabase('mssql://app:pw@127.0.0.1:1/shop?encrypt=false');
beforeAll(async () => {
  const [healthy, broken, apart, full, slow] = await Promise.all([
    startTestApi(),
    startTestApi(),
    startTestApi({ database: away }),
    startTestApi({ maxInFlight: 0 }),
    startTestApi({}, { headersMs: 100, requestMs: 100, checkEveryMs: 10 }),
  ]);
  impatient = slow;
  const last = { users: [ALEX], headers: [{ 'If-Match': '*' }] };
  services = [
    { api: healthy, users: USERS, headers: HEADERS },
    { api: broken, ...last },
    { api: apart, ...last },
    { api: full, ...last },
  ];
  const placed = await healthy.call(ADA, 'POST', '/orders', { body: BODIES[0] });
  orderId = orderSchema.parse(placed.body).id;
  const { db } = broken.database;
  for (const table of ['order_lines', 'order_timeline', 'orders', 'products', 'announcements']) {
    await db.schema.dropTable(table);
  }
  await db.schema.dropTable('people');
});
afterAll(async () => {
  await Promise.all([impatient, ...services.map(({ api }) => api)].map((api) => api.close()));
  await away.destroy();
});

it('the document names the statuses that each operation answers with, all of them and no others', async () => {
  const described = await services[0]?.api.call(undefined, 'GET', '/openapi.json');
  const { seen, documented } = await sweptStatuses({
    document: described?.body,
    include: (path) => !path.startsWith('/report'),
    services,
    idsOf: () => [orderId],
    queries: [],
    bodies: BODIES,
    impatient: { url: impatient.url, pool: impatient.pool, user: ALEX },
  });
  expect(seen).toEqual(documented);
});

import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { orderSchema } from '@ordercast/contract/order.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { ADA, ALEX, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';
import type { TestUser } from '@ordercast/platform/testing/test-user-pool.ts';

const operationSchema = z.object({
  parameters: z.array(z.object({ name: z.string(), in: z.string() })).default([]),
  requestBody: z.unknown().optional(),
  responses: z.record(
    z.string(),
    z.object({ content: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
type Operation = z.infer<typeof operationSchema>;
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
});

const JSON_TYPE = { 'Content-Type': 'application/json' };
/** Tried on every operation that takes a body: what is right for one is wrong for the others. */
const BODIES = [
  ...[
    { lines: [{ productId: 'tea', quantity: 1 }] },
    { lines: [{ productId: 'nothing', quantity: 1 }] },
    { to: 'delivered' },
    { to: 'confirmed' },
    { text: 'We close at noon.' },
    '{',
    ' '.repeat(64 * 1024 + 1),
  ].map((body) => ({ body, headers: JSON_TYPE })),
  { body: '{}', headers: { 'Content-Type': 'text/plain' } },
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

interface Service {
  api: TestApi;
  users: readonly (TestUser | undefined)[];
  headers: readonly Record<string, string>[];
}
/**
 * A healthy one, and, for the last steps of a call, one whose database is broken, one whose database is away, and
 * one that has no room.
 */
let services: Service[];
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
  const placed = await healthy.call(ADA, 'POST', '/orders', BODIES[0]);
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

/** Paths that name what is there, what is not, and nothing at all, with each parameter right and wrong. */
function pathsOf(path: string, { parameters }: Operation): string[] {
  const named = path.includes('{id}')
    ? [orderId, '01HF7YAT000000000000000000', '%E0%A4%A'].map((id) => path.replace('{id}', id))
    : [path];
  const queries = parameters
    .filter((parameter) => parameter.in === 'query')
    .flatMap(({ name }) => [`?${name}=%00`, `?${name}=sub-grace`]);
  return [...named, ...queries.map((query) => path + query)];
}

/** Every status, with its media types, that an operation answers to everything there is to try. */
async function sweep(path: string, method: string, operation: Operation) {
  const seen = new Map<number, Set<string | undefined>>();
  const bodies = operation.requestBody === undefined ? [{ headers: {} }] : BODIES;
  for (const { api, users, headers: variants } of services) {
    for (const target of pathsOf(path, operation)) {
      for (const user of users) {
        for (const body of bodies) {
          for (const headers of variants) {
            const answer = await api.call(user, method.toUpperCase(), target, {
              ...body,
              headers: { ...body.headers, ...headers },
            });
            const type = answer.headers.get('Content-Type')?.split(';')[0];
            seen.set(answer.status, (seen.get(answer.status) ?? new Set()).add(type));
          }
        }
      }
    }
  }
  if (operation.requestBody !== undefined) seen.set(await statusOfSlow(path), new Set([undefined]));
  return seen;
}

/** The status for a body of which the second half does not come. */
async function statusOfSlow(path: string): Promise<number> {
  const socket = connect(Number(new URL(impatient.url).port), '127.0.0.1');
  socket.write(
    `POST ${path.replace('{id}', orderId)} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
      `Authorization: Bearer ${impatient.pool.tokenFor(ALEX)}\r\nContent-Length: 100\r\n\r\n{`,
  );
  return Number((await text(socket)).split(' ')[1]);
}

it('the document names the statuses that each operation answers with, all of them and no others', async () => {
  const described = await services[0]?.api.call(undefined, 'GET', '/openapi.json');
  const { paths } = documentSchema.parse(described?.body);
  const seen: Record<string, unknown> = {};
  const documented: Record<string, unknown> = {};
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sweeps = operations.map(async ({ path, method, operation }) => {
    const answers = await sweep(path, method, operation);
    seen[`${method} ${path}`] = Object.fromEntries(
      [...answers].map(([status, types]) => [status, [...types]]),
    );
    documented[`${method} ${path}`] = Object.fromEntries(
      Object.entries(operation.responses).map(([status, { content }]) => {
        const types = Object.keys(content);
        return [status, types.length === 0 ? [undefined] : types];
      }),
    );
  });
  await Promise.all(sweeps);
  expect(seen).toEqual(documented);
});

import { problemSchema } from '@ordercast/contract/problem.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { TdsRequest } from '@ordercast/platform/testing/tds/requests.ts';
import type { Answer, TdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADA, ALEX, SAM, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';

const ID = '01HF7YAT000000000000000000';
const AT = new Date('2026-11-22T08:30:00.123Z');
const HEAD = {
  id: ID,
  customer_id: ADA.sub,
  status: 'placed',
  version: 1,
  currency: 'EUR',
  total: 450,
  note: null,
  created_at: AT,
  updated_at: AT,
  customer_name: ADA.name,
};
const TEA = { id: 'tea', name: 'Earl Grey', category: 'Drinks', unit_price: 450, currency: 'EUR' };

let server: TdsServer;
let database: Knex;
let api: TestApi;
/** What the server says where it shall not do what it is asked; see {@link nameOf} for the name. */
let script: (name: string) => Answer | Promise<Answer> | undefined;

beforeEach(async () => {
  script = () => undefined;
  server = await startTdsServer({
    answer: (request) => script(nameOf(request)) ?? obey(request),
  });
  database = openDatabase(`mssql://app:pw@127.0.0.1:${server.port}/shop?encrypt=false`);
  api = await startTestApi({ database });
});
afterEach(async () => {
  await api.close();
  await database.destroy();
  await server.close();
});

const PEOPLE = [ADA, SAM, ALEX].map(({ sub, name, email }) => ({ sub, name, email }));

function obey(request: TdsRequest): Answer {
  switch (nameOf(request)) {
    case 'select orders':
      return { rows: [HEAD] };
    case 'select products':
      return { rows: [TEA] };
    case 'select people':
      return { rows: PEOPLE.filter(({ sub }) => request.values.includes(sub)) };
    case 'update orders':
      return { rows: [{ row_count: 1 }] };
    default:
      return {};
  }
}

/** What a request does, and to which table, such as `insert outbox`; else its kind, such as `commit`. */
function nameOf({ kind, sql }: TdsRequest): string {
  const table = /(?:from|into|^update) \[(\w+)\]/.exec(sql)?.[1];
  return table === undefined ? kind : `${/^\w+/.exec(sql)?.[0]} ${table}`;
}

const asked = () => server.requests.map(nameOf);

const move = () =>
  api.call(SAM, 'POST', `/orders/${ID}/transitions`, {
    body: { to: 'confirmed' },
    headers: { 'If-Match': '"1"' },
  });
const place = () =>
  api.call(ADA, 'POST', '/orders', {
    body: { lines: [{ productId: 'tea', quantity: 1 }] },
    headers: { 'Idempotency-Key': 'key' },
  });
const announce = () => api.call(ALEX, 'POST', '/announcements', { body: { text: 'Hello' } });

describe('a move that another one overtakes after it has read the order', () => {
  it('is answered with 412, leaves no trace, and tells the relay nothing', async () => {
    script = (name) => (name === 'update orders' ? { rows: [{ row_count: 0 }] } : undefined);
    const answer = await move();
    expect(answer.status).toBe(412);
    expect(problemSchema.parse(answer.body).detail).toContain('has changed since');
    expect(asked()).toContain('update orders');
    expect(asked().filter((name) => name.startsWith('insert'))).toEqual([]);
    expect(api.commits()).toBe(0);
  });
});

describe('a new order whose number another one has', () => {
  it('begins once more, key and all, and is placed under another id', async () => {
    const tried: unknown[] = [];
    script = (name) => {
      if (name !== 'insert orders') return undefined;
      tried.push(server.requests.at(-1)?.values[0]);
      return tried.length > 1
        ? undefined
        : { error: { number: 2601, message: "Cannot insert … 'uq_orders_number'." } };
    };
    const answer = await place();
    expect(answer.status).toBe(201);
    const writes = asked().filter((name) => !name.startsWith('select'));
    const keyed = ['begin', 'delete idempotency_keys', 'insert idempotency_keys', 'insert orders'];
    expect(writes.slice(0, 5)).toEqual([...keyed, 'rollback']);
    expect(writes.slice(5, 9)).toEqual(keyed);
    expect(writes.at(-1)).toBe('commit');
    expect(api.commits()).toBe(1);
  });
});

describe.each([
  ['a move', move, 200, ['update orders', 'insert order_timeline', 'insert outbox']],
  [
    'a new order',
    place,
    201,
    [
      // Concurrent repeats wait for each other here, before any of them has written anything else.
      'delete idempotency_keys',
      'insert idempotency_keys',
      'insert orders',
      'insert order_lines',
      'insert order_timeline',
      'insert outbox',
    ],
  ],
  ['an announcement', announce, 201, ['insert announcements', 'insert outbox']],
])('%s', (_what, send, success, writes) => {
  it('is written in one transaction, its event last', async () => {
    expect((await send()).status).toBe(success);
    const names = asked();
    const transaction = server.requests.slice(names.indexOf('begin'), names.indexOf('commit') + 1);
    const written = transaction.map(nameOf).filter((name) => !name.startsWith('select'));
    expect(written).toEqual(['begin', ...writes, 'commit']);
    expect(names.filter((name) => !name.startsWith('select'))).toEqual(written);
    expect(new Set(transaction.map(({ session }) => session)).size).toBe(1);
  });

  it('nudges the relay once it is committed, and not before', async () => {
    const committing = Promise.withResolvers<undefined>();
    const gate = Promise.withResolvers<Answer>();
    script = (name) => {
      if (name !== 'commit') return undefined;
      committing.resolve(undefined);
      return gate.promise;
    };
    const answer = send();
    await Promise.race([committing.promise, answer]);
    const early = api.commits();
    gate.resolve({});
    expect((await answer).status).toBe(success);
    expect(early).toBe(0);
    expect(api.commits()).toBe(1);
  });

  it.each(['insert outbox', 'commit'])(
    'that fails at "%s" is undone, and nudges nobody',
    async (step) => {
      script = (name) => (name === step ? { error: { number: 547, message: 'no' } } : undefined);
      expect((await send()).status).toBe(500);
      expect(asked().at(-1)).toBe('rollback');
      expect(api.commits()).toBe(0);
    },
  );
});

import { orderPageSchema, orderSchema, timelineSchema } from '@ordercast/contract/order.ts';
import { problemSchema } from '@ordercast/contract/problem.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimOutbox } from '../outbox/outbox.ts';
import { ADA, GRACE, SAM, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';
import type { TestUser } from '@ordercast/platform/testing/test-user-pool.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const TEA = { lines: [{ productId: 'tea', quantity: 2 }] };

async function place(user: TestUser = ADA, body: unknown = TEA) {
  const answer = await api.call(user, 'POST', '/orders', { body });
  expect(answer.status).toBe(201);
  return orderSchema.parse(answer.body);
}

function move(user: TestUser, id: string, to: string, ifMatch?: string) {
  return api.call(user, 'POST', `/orders/${id}/transitions`, {
    body: { to },
    headers: ifMatch === undefined ? {} : { 'If-Match': ifMatch },
  });
}

describe('placing an order', () => {
  it('answers with the order at catalogue prices, its place and its tag', async () => {
    const before = api.commits();
    const answer = await api.call(ADA, 'POST', '/orders', {
      body: {
        lines: [
          { productId: 'tea', quantity: 2 },
          { productId: 'cup', quantity: 3 },
          { productId: 'tea', quantity: 1 },
        ],
        note: 'Ring twice 🔔',
      },
    });
    expect(answer.status).toBe(201);
    const order = orderSchema.parse(answer.body);
    expect(order).toMatchObject({
      customerId: ADA.sub,
      customerName: 'Ada Lovelace',
      status: 'placed',
      version: 1,
      currency: 'EUR',
      total: 3 * 450 + 3 * 1999,
      note: 'Ring twice 🔔',
      lines: [
        { productId: 'tea', name: 'Earl Grey', quantity: 2, unitPrice: 450, total: 900 },
        { productId: 'cup', name: 'Porcelain cup', quantity: 3, unitPrice: 1999, total: 5997 },
        { productId: 'tea', name: 'Earl Grey', quantity: 1, unitPrice: 450, total: 450 },
      ],
    });
    expect(order.number).toBe(order.id.slice(-8));
    expect(answer.headers.get('Location')).toBe(`/orders/${order.id}`);
    expect(answer.headers.get('ETag')).toBe('"1"');
    expect(api.commits()).toBe(before + 1);

    const read = await api.call(ADA, 'GET', `/orders/${order.id}`);
    expect(read.body).toEqual(answer.body);
    expect(read.headers.get('ETag')).toBe('"1"');
  });

  it('leaves an event for its customer and for staff', async () => {
    const order = await place();
    const waiting = await claimOutbox(api.database.db, { limit: 1000, held: new Set<string>() });
    const row = waiting.find(({ event }) => event.includes(order.id));
    expect(JSON.parse(row?.channels ?? '')).toEqual([`user/${ADA.sub}`, 'orders']);
    expect(JSON.parse(row?.event ?? '')).toMatchObject({
      specversion: '1.0',
      type: 'order.placed',
      source: '/orders',
      subject: order.id,
      time: order.createdAt,
      data: {
        orderId: order.id,
        number: order.number,
        customerId: ADA.sub,
        status: 'placed',
        previousStatus: null,
        total: 900,
        currency: 'EUR',
        version: 1,
        at: order.createdAt,
        by: { name: 'Ada Lovelace', role: 'customer' },
      },
    });
  });

  const line = { productId: 'tea', quantity: 1 };
  it.each([
    ['no lines', { lines: [] }, 400, 'lines'],
    ['101 lines', { lines: Array(101).fill(line) }, 400, 'lines'],
    ['lines that are no list', { lines: 'tea' }, 400, 'lines'],
    ['a missing body field', {}, 400, 'lines'],
    ['a quantity of 0', { lines: [{ ...line, quantity: 0 }] }, 400, 'lines.0.quantity'],
    ['a quantity of 1000', { lines: [{ ...line, quantity: 1000 }] }, 400, 'lines.0.quantity'],
    ['a quantity of "2"', { lines: [{ ...line, quantity: '2' }] }, 400, 'lines.0.quantity'],
    ['a quantity of 1.5', { lines: [{ ...line, quantity: 1.5 }] }, 400, 'lines.0.quantity'],
    ['a price of its own', { lines: [{ ...line, unitPrice: 1 }] }, 400, 'lines.0.unitPrice'],
    ['a total of its own', { lines: [line], total: 1 }, 400, 'total'],
    [
      'a prototype',
      '{"lines":[{"productId":"tea","quantity":1}],"__proto__":{"a":1}}',
      400,
      '__proto__',
    ],
    ['a note of 4,001 units', { lines: [line], note: 'x'.repeat(4001) }, 400, 'note'],
    ['a note with a null character', { lines: [line], note: 'a\0b' }, 400, 'note'],
    ['a note with half a surrogate pair', { lines: [line], note: 'a\ud800b' }, 400, 'note'],
    ['a body that is a list', [], 400, ''],
    ['a body that is null', 'null', 400, ''],
    [
      'an unknown product',
      { lines: [line, { productId: 'gold', quantity: 1 }] },
      422,
      'lines.1.productId',
    ],
    [
      'two currencies',
      { lines: [line, { productId: 'pie', quantity: 1 }] },
      422,
      'lines.1.productId',
    ],
  ])('refuses %s, names the field and changes nothing', async (_what, body, status, path) => {
    const before = await counts();
    const answer = await api.call(ADA, 'POST', '/orders', { body });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
    const problem = problemSchema.parse(answer.body);
    expect(problem).toMatchObject({ status, instance: '/orders' });
    expect(problem.requestId).toBe(answer.headers.get('X-Request-Id'));
    expect(problem.errors?.map((error) => error.path)).toContain(path);
    expect(await counts()).toEqual(before);
  });

  it('takes 100 lines of 999 and a note of 4,000 units', async () => {
    const order = await place(ADA, {
      lines: Array(100).fill({ productId: 'cup', quantity: 999 }),
      note: 'x'.repeat(4000),
    });
    expect(order.total).toBe(100 * 999 * 1999);
    expect(order.lines).toHaveLength(100);
  });

  async function counts() {
    const tables = ['orders', 'order_lines', 'order_timeline', 'outbox'];
    return Promise.all(tables.map((table) => api.database.db(table).count()));
  }
});

describe('reading an order', () => {
  it('is for its customer and for staff; to others it does not exist', async () => {
    const order = await place();
    for (const path of [`/orders/${order.id}`, `/orders/${order.id}/timeline`]) {
      expect((await api.call(ADA, 'GET', path)).status).toBe(200);
      expect((await api.call(SAM, 'GET', path)).status).toBe(200);
      expect((await api.call(GRACE, 'GET', path)).status).toBe(404);
    }
    const hidden = await move(GRACE, order.id, 'cancelled', '"1"');
    expect(hidden.status).toBe(404);
  });

  it.each(['nonsense', '01HF7YAT00000000000000000u', '01HF7YAT000000000000000000', "1'--"])(
    'finds nothing under the id %s',
    async (id) => {
      const answer = await api.call(SAM, 'GET', `/orders/${id}`);
      expect(answer.status).toBe(404);
      expect(problemSchema.parse(answer.body).status).toBe(404);
    },
  );
});

describe('moving an order', () => {
  it('goes all the way, each step once, with its author in the timeline', async () => {
    const { id } = await place();
    const steps = ['confirmed', 'packed', 'shipped', 'delivered'];
    for (const [index, to] of steps.entries()) {
      const answer = await move(SAM, id, to, `"${index + 1}"`);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ id, status: to, version: index + 2 });
      expect(answer.headers.get('ETag')).toBe(`"${index + 2}"`);
    }
    const { items } = timelineSchema.parse(
      (await api.call(ADA, 'GET', `/orders/${id}/timeline`)).body,
    );
    expect(items.map(({ from, to, by }) => [from, to, by.name, by.role])).toEqual([
      [null, 'placed', 'Ada Lovelace', 'customer'],
      ['placed', 'confirmed', 'Sam Stockton', 'staff'],
      ['confirmed', 'packed', 'Sam Stockton', 'staff'],
      ['packed', 'shipped', 'Sam Stockton', 'staff'],
      ['shipped', 'delivered', 'Sam Stockton', 'staff'],
    ]);
    expect(items.map(({ by }) => by.self)).toEqual([true, ...steps.map(() => undefined)]);
    const times = items.map(({ at }) => at);
    expect(new Set(times).size).toBe(times.length);
    expect([...times].sort()).toEqual(times);
  });

  it('checks in the promised order: 404, 428, 412, 403, 409', async () => {
    const { id } = await place();
    const unknown = '01HF7YAT000000000000000000';
    expect((await move(ADA, unknown, 'shipped')).status).toBe(404);
    expect((await move(ADA, id, 'shipped')).status).toBe(428);
    expect((await move(ADA, id, 'shipped', '"7"')).status).toBe(412);
    expect((await move(ADA, id, 'shipped', '"1"')).status).toBe(403);
    expect((await move(SAM, id, 'shipped', '"1"')).status).toBe(409);
    expect((await api.call(ADA, 'GET', `/orders/${id}`)).headers.get('ETag')).toBe('"1"');
  });

  it.each(['W/"1"', '1', '""', '"1.0"', '"01"'])('takes %s for a stale tag', async (tag) => {
    const { id } = await place();
    expect((await move(SAM, id, 'confirmed', tag)).status).toBe(412);
  });

  it.each(['*', '"1"', '"9", "1"'])('takes the tag %s for the version', async (tag) => {
    const { id } = await place();
    expect((await move(SAM, id, 'confirmed', tag)).status).toBe(200);
  });

  it('lets a customer cancel with a reason, and one of two who act at once win', async () => {
    const { id } = await place();
    const answers = await Promise.all([
      move(SAM, id, 'confirmed', '"1"'),
      api.call(ADA, 'POST', `/orders/${id}/transitions`, {
        body: { to: 'cancelled', reason: 'Changed my mind' },
        headers: { 'If-Match': '"1"' },
      }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it.each([
    ['an unknown status', { to: 'lost' }, 'to'],
    ['an unknown field', { to: 'confirmed', total: 1 }, 'total'],
    ['a reason too long', { to: 'confirmed', reason: 'x'.repeat(501) }, 'reason'],
  ])('refuses %s', async (_what, body, path) => {
    const { id } = await place();
    const answer = await api.call(SAM, 'POST', `/orders/${id}/transitions`, {
      body,
      headers: { 'If-Match': '"1"' },
    });
    expect(answer.status).toBe(400);
    expect(problemSchema.parse(answer.body).errors?.[0]?.path).toBe(path);
  });
});

describe('listing orders', () => {
  it('shows customers their own, newest first, page by page without gap or repeat', async () => {
    const linus: TestUser = { sub: 'sub-linus', name: 'Linus', email: 'linus@example.com' };
    const placed = [];
    for (let count = 0; count < 5; count++) placed.unshift((await place(linus)).id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = orderPageSchema.parse(
        (await api.call(linus, 'GET', `/orders?limit=2${query}`)).body,
      );
      expect(page.items.length).toBeLessThanOrEqual(2);
      for (const item of page.items) {
        expect(item).toMatchObject({ customerId: linus.sub, customerName: 'Linus', lineCount: 1 });
        expect(item).not.toHaveProperty('lines');
      }
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(placed);
  });

  it('filters by status and customer, and searches by the beginning of number, id, word and mail', async () => {
    const barbara: TestUser = {
      sub: 'sub-barbara',
      name: 'Bärbara Liskov',
      email: 'BL@mit.example',
    };
    const first = await place(barbara);
    const second = await place(barbara);
    await move(SAM, second.id, 'confirmed', '"1"');
    const find = async (query: string, user = SAM) => {
      const answer = await api.call(user, 'GET', `/orders?${query}`);
      return orderPageSchema.parse(answer.body).items.map(({ id }) => id);
    };
    const both = [second.id, first.id];
    expect(await find(`customer=${barbara.sub}`)).toEqual(both);
    expect(await find(`customer=${barbara.sub}&status=confirmed`)).toEqual([second.id]);
    expect(await find('q=b%C3%84RB')).toEqual(both);
    expect(await find('q=bl@MIT')).toEqual(both);
    expect(await find('q=liskov')).toEqual(both);
    expect(await find('q=iskov')).toEqual([]);
    expect(await find(`q=${first.number.toLowerCase()}`)).toEqual([first.id]);
    expect(await find(`q=${first.number.slice(0, 7)}`)).toContain(first.id);
    expect(await find(`q=${first.number}`, ADA)).toEqual([]);
    expect(await find('q=%25')).toEqual([]);
    expect(await find(`q=${first.id.toLowerCase()}`)).toEqual([first.id]);
    expect(await find(`q=${first.id.slice(0, 25)}&customer=${barbara.sub}`)).toContain(first.id);
    expect(await find(`q=${first.id}`, ADA)).toEqual([]);
    expect(await find('q=b', barbara)).toEqual(both);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['status=lost', 'status'],
    ['cursor=nonsense', 'cursor'],
    ['cursor=', 'cursor'],
    ['q=%00', 'q'],
  ])('refuses ?%s', async (query, path) => {
    const answer = await api.call(SAM, 'GET', `/orders?${query}`);
    expect(answer.status).toBe(400);
    expect(problemSchema.parse(answer.body).errors?.[0]?.path).toBe(path);
  });

  it("keeps other customers' orders from a customer", async () => {
    expect((await api.call(ADA, 'GET', `/orders?customer=${GRACE.sub}`)).status).toBe(403);
    expect((await api.call(ADA, 'GET', `/orders?customer=${ADA.sub}`)).status).toBe(200);
  });
});

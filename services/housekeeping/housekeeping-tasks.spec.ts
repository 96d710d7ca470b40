import { afterEach, beforeEach, expect, it } from 'vitest';
import { listOrders } from '../orders/order-list.ts';
import { onEachDatabase } from '../testing/each-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { housekeepingTasks } from './housekeeping-tasks.ts';

const AT = new Date('2026-11-22T08:30:00.123Z');

onEachDatabase((open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  it('fills in what a program of the version before could not write', async () => {
    const { db } = database;
    const keys = { name_key: 'ada lovelace', email_key: 'ada@x' };
    await db('people').insert({
      sub: 'ada',
      name: 'Ada Lovelace',
      email: 'ada@x',
      ...keys,
      created_at: AT,
    });
    await db('orders').insert({
      id: '01KAN0000000000000DKGH08JN',
      customer_id: 'ada',
      status: 'placed',
      version: 1,
      currency: 'EUR',
      total: 900,
      line_count: 1,
      created_at: AT,
      updated_at: AT,
    });
    const find = async (q: string) => {
      const filter = { status: undefined, customerId: undefined, before: undefined, q };
      return (await listOrders(db, filter, 10)).length;
    };
    expect([await find('dkgh08jn'), await find('lovelace')]).toEqual([0, 0]);
    const tasks = Object.values(housekeepingTasks({ database: db, clock: () => AT.getTime() }));
    for (const task of tasks) await task();
    expect([await find('dkgh08jn'), await find('lovelace')]).toEqual([1, 1]);
    for (const task of tasks) expect(await task()).toBe(0);
  });
});

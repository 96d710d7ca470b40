import { describe, expect, it } from 'vitest';
import { listItemOf } from '../orders/order-change.ts';
import { order } from '../testing/order-builder.ts';
import { OrderApi } from './order-api.ts';
import type { ApiRequest } from './http-client.ts';

const placed = order(1, { id: '01KAN0000000000000DKGH08JN', number: 'DKGH08JN' });
const other = order(2, { customerName: 'Dkgh08jn Smith' });

/** An API that answers each search with these orders, and notes what was asked. */
function apiOf(...orders: (typeof placed)[]) {
  const asked: unknown[] = [];
  const api = new OrderApi({
    send: <Answer>({ path, query, answer }: ApiRequest<Answer>) => {
      asked.push([path, query]);
      return Promise.resolve(answer.parse({ items: orders.map(listItemOf), nextCursor: null }));
    },
  });
  return { api, asked };
}

describe('the order of a number', () => {
  it('is the one of those found that has just this number', async () => {
    const { api, asked } = apiOf(other, placed);
    expect(await api.findOrderId('DKGH08JN')).toBe(placed.id);
    expect(asked).toEqual([['/orders', { q: 'DKGH08JN' }]]);
  });

  it('is none where only other orders are found', async () => {
    expect(await apiOf(other).api.findOrderId('DKGH08JN')).toBeUndefined();
    expect(await apiOf().api.findOrderId('DKGH08JN')).toBeUndefined();
  });
});

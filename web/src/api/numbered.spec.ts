import { orderEventDataSchema } from '@ordercast/contract/order-event.ts';
import { orderSchema } from '@ordercast/contract/order.ts';
import { describe, expect, it } from 'vitest';
import { eventOf, order } from '../testing/order-builder.ts';
import { numbered } from './numbered.ts';

const placed = order(12_345_678, { id: '01KAN0000000000000DKGH08JN', number: 'DKGH08JN' });

describe('what was written before orders had numbers', () => {
  it.each([
    ['an answer', numbered('id', orderSchema), placed],
    ['an event', numbered('orderId', orderEventDataSchema), eventOf(placed)],
  ])('is read as if it had one, such as %s', (_what, schema, value) => {
    const { number, ...before } = value;
    expect(number).toBe('DKGH08JN');
    expect(schema.parse(before)).toEqual(value);
    expect(schema.parse(value)).toEqual(value);
    expect(schema.safeParse({ ...value, number: 'dkgh' }).success).toBe(false);
    expect(schema.safeParse({ ...value, version: 0 }).success).toBe(false);
    expect(schema.safeParse('nonsense').success).toBe(false);
  });
});

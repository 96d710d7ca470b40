import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { HeldCalls, settled } from '../testing/held-calls.ts';
import { OrderLookup } from './order-lookup.svelte.ts';

const ID = '01KAN0000000000000DKGH08JN';

function opened() {
  const calls = new HeldCalls<[number: string], string | undefined>();
  const found: string[] = [];
  const lookup = new OrderLookup({
    number: 'DKGH08JN',
    api: { findOrderId: calls.call },
    onFound: (id) => void found.push(id),
  });
  const close = lookup.open();
  return { calls, found, lookup, close };
}

describe('looking for the order of a number', () => {
  it('leads to the order', async () => {
    const { calls, found, lookup } = opened();
    expect(lookup.state).toBe('looking');
    expect(calls.at(0).args).toEqual(['DKGH08JN']);
    calls.at(0).answer(ID);
    await settled();
    expect(found).toEqual([ID]);
  });

  it('says so where no order has it', async () => {
    const { calls, found, lookup } = opened();
    calls.at(0).answer(undefined);
    await settled();
    expect([lookup.state, found]).toEqual(['not-found', []]);
  });

  it('that failed can be tried again', async () => {
    const { calls, found, lookup } = opened();
    calls.at(0).fail(new ApiError('unreachable', 'No answer came.'));
    await settled();
    expect([lookup.state, lookup.error]).toEqual(['failed', expect.stringContaining('try again')]);
    const again = lookup.look();
    expect([lookup.state, lookup.error]).toEqual(['looking', undefined]);
    calls.at(1).answer(ID);
    await again;
    expect(found).toEqual([ID]);
  });

  it('leads nowhere once the person has gone elsewhere', async () => {
    const { calls, found, close } = opened();
    close();
    calls.at(0).answer(ID);
    await settled();
    expect(found).toEqual([]);
  });
});

import type { NewOrder, Order } from '@ordercast/contract/order.ts';
import type { Product } from '@ordercast/contract/product.ts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { settled } from '../testing/held-calls.ts';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { order } from '../testing/order-builder.ts';
import { OrderDraft } from './order-draft.svelte.ts';

const PRODUCTS: Product[] = [
  { id: 'tea', name: 'Tea', category: 'Drinks', unitPrice: 350, currency: 'EUR' },
  { id: 'bun', name: 'Bun', category: 'Food', unitPrice: 199, currency: 'EUR' },
  { id: 'rice', name: 'Rice', category: 'Food', unitPrice: 500, currency: 'JPY' },
];

/** Makes one order for each key, as the server does; the first `lost` answers never arrive. */
class PlacingApi {
  readonly placed = new Map<string, { sent: NewOrder; order: Order }>();
  lost = 0;
  isOffline = false;
  failure: ApiError | undefined;

  listProducts(): Promise<Product[]> {
    return this.failure ? Promise.reject(this.failure) : Promise.resolve(PRODUCTS);
  }

  placeOrder(sent: NewOrder, key: string): Promise<Order> {
    if (this.isOffline) return Promise.reject(new ApiError('not-sent', 'Nothing was sent.'));
    const made = this.placed.get(key) ?? { sent, order: order(this.placed.size + 1) };
    this.placed.set(key, made);
    if (this.lost === 0) return Promise.resolve(made.order);
    this.lost -= 1;
    return Promise.reject(new ApiError('unreachable', 'No answer came.'));
  }
}

async function drafting(storage: Storage = new MemoryStorage(), api = new PlacingApi()) {
  let keys = 0;
  const newKey = () => `key-${(keys += 1)}-${storage.length}`;
  const draft = new OrderDraft({ api, storage, storageKey: 'draft', newKey });
  await draft.load();
  return { draft, api, storage };
}

describe('a new order', () => {
  it('adds up what was chosen, in minor units of each currency', async () => {
    const { draft } = await drafting();
    draft.setQuantity('tea', '3');
    draft.setQuantity('bun', '1');
    draft.setQuantity('rice', '2');
    expect(draft.lines.map(({ product, total }) => [product.id, total])).toEqual([
      ['tea', 1050],
      ['bun', 199],
      ['rice', 1000],
    ]);
    expect(draft.totals).toEqual([
      { currency: 'EUR', total: 1249 },
      { currency: 'JPY', total: 1000 },
    ]);
    draft.setQuantity('rice', '0');
    expect(draft.totals).toEqual([{ currency: 'EUR', total: 1249 }]);
  });

  it.each(['5000', '1.9', '-1', '1e2', 'two', '１２'])(
    'is told that %s is no quantity, and placed only when that is mended',
    async (typed) => {
      const { draft, api, storage } = await drafting();
      draft.setQuantity('bun', '1');
      draft.setQuantity('tea', typed);
      expect([draft.typedOf('tea'), draft.quantityOf('tea')]).toEqual([typed, 0]);
      expect(draft.quantityFault('tea')).toBe('Enter a whole number from 0 to 999.');
      expect(draft.fault).toContain('The quantity of Tea');
      expect([await draft.place(), api.placed.size]).toEqual([undefined, 0]);
      const { draft: reloaded } = await drafting(storage, api);
      expect(reloaded.typedOf('tea')).toBe(typed);
      draft.setQuantity('tea', '999');
      expect([draft.quantityFault('tea'), draft.fault]).toEqual([undefined, undefined]);
      expect(await draft.place()).toBeDefined();
    },
  );

  it.each([
    ['', 0],
    [' 7 ', 7],
    ['007', 7],
  ])('takes "%s" as %d', async (typed, quantity) => {
    const { draft } = await drafting();
    draft.setQuantity('tea', typed);
    expect([draft.quantityOf('tea'), draft.typedOf('tea'), draft.fault]).toEqual([
      quantity,
      typed,
      undefined,
    ]);
  });

  it('keeps the whole of a note that is too long, and says so', async () => {
    const { draft, api } = await drafting();
    draft.setQuantity('tea', '1');
    draft.note = 'x'.repeat(4_001);
    expect([draft.note.length, draft.fault]).toEqual([4_001, 'The note is too long.']);
    expect([await draft.place(), api.placed.size]).toEqual([undefined, 0]);
    draft.note = `${'x'.repeat(4_000)}\n`;
    expect(await draft.place()).toBeDefined();
  });

  it('is placed, and then empty again', async () => {
    const { draft, api, storage } = await drafting();
    draft.setQuantity('tea', '2');
    draft.note = '  Ring twice ';
    const placed = await draft.place();
    expect(placed?.id).toBe(order(1).id);
    const [{ sent } = { sent: undefined }] = api.placed.values();
    expect(sent).toEqual({ lines: [{ productId: 'tea', quantity: 2 }], note: 'Ring twice' });
    expect([draft.lines, draft.note, storage.length]).toEqual([[], '', 0]);
  });

  it('is not sent while there is nothing in it', async () => {
    const { draft, api } = await drafting();
    expect(await draft.place()).toBeUndefined();
    expect(draft.error).toBe('Choose at least one product.');
    expect(api.placed.size).toBe(0);
  });

  it('is placed once, however often an answer is lost and the button pressed again', async () => {
    const { draft, api } = await drafting();
    draft.setQuantity('tea', '2');
    api.lost = 2;
    expect(await draft.place()).toBeUndefined();
    expect(draft.error).toContain('will not be placed twice');
    expect(await draft.place()).toBeUndefined();
    expect((await draft.place())?.id).toBe(order(1).id);
    expect(api.placed.size).toBe(1);
  });

  it('that was not sent is not said to have been placed, unless it was sent before', async () => {
    const { draft, api } = await drafting();
    draft.setQuantity('tea', '2');
    api.isOffline = true;
    for (let press = 0; press < 2; press += 1) {
      await draft.place();
      expect(draft.error).toBe('Nothing was sent.');
    }
    api.isOffline = false;
    api.lost = 1;
    await draft.place();
    api.isOffline = true;
    await draft.place();
    expect(draft.error).toContain('may have been placed before');
    api.isOffline = false;
    await draft.place();
    expect(api.placed.size).toBe(1);
  });

  it('is said to be unsent for want of a connection until that is back', async () => {
    const { draft, api } = await drafting();
    await draft.place();
    draft.reconnected();
    expect(draft.error).toBe('Choose at least one product.');
    draft.setQuantity('tea', '2');
    api.isOffline = true;
    await draft.place();
    draft.reconnected();
    expect(draft.error).toBeUndefined();

    api.isOffline = false;
    api.lost = 1;
    await draft.place();
    api.isOffline = true;
    await draft.place();
    draft.reconnected();
    expect(draft.error).toMatch(/^No answer came, so the order may .* will not be placed twice\.$/);
  });

  it('has its catalogue read by itself once the connection is back', async () => {
    const api = new PlacingApi();
    api.failure = new ApiError('not-sent', 'You are offline.');
    const { draft } = await drafting(new MemoryStorage(), api);
    api.failure = undefined;
    draft.reconnected();
    await settled();
    expect([draft.state, draft.error]).toEqual(['ready', undefined]);
  });

  it('is placed once even if the page is reloaded in between', async () => {
    const { draft, api, storage } = await drafting();
    draft.setQuantity('tea', '2');
    draft.note = 'Ring twice';
    api.lost = 1;
    await draft.place();
    const { draft: reloaded } = await drafting(storage, api);
    expect([reloaded.quantityOf('tea'), reloaded.note]).toEqual([2, 'Ring twice']);
    await reloaded.place();
    expect(api.placed.size).toBe(1);
  });

  it('stays as it is, and what was said of it, while the catalogue is read once more', async () => {
    const { draft, api } = await drafting();
    draft.setQuantity('tea', '2');
    api.lost = 1;
    await draft.place();
    const loading = draft.load();
    expect([draft.state, draft.quantityOf('tea')]).toEqual(['ready', 2]);
    await loading;
    api.failure = new ApiError('unavailable', 'Busy.', 503);
    await draft.load();
    expect([draft.state, draft.lines.length]).toEqual(['ready', 1]);
    expect(draft.error).toContain('will not be placed twice');
  });

  it('is another order once its content is another', async () => {
    const { draft, api } = await drafting();
    draft.setQuantity('tea', '2');
    api.lost = 1;
    await draft.place();
    draft.setQuantity('tea', '3');
    await draft.place();
    expect(api.placed.size).toBe(2);
  });

  it('is forgotten altogether once the person leaves', async () => {
    const { draft, storage } = await drafting();
    draft.setQuantity('tea', '2');
    draft.note = 'Ring twice';
    draft.forget();
    expect([draft.lines, draft.note, storage.length]).toEqual([[], '', 0]);
  });

  it('goes on from what earlier versions of the page have kept', async () => {
    const storage = new MemoryStorage();
    storage.setItem('draft', '{"quantities":{"tea":2},"note":"","submission":null}');
    const { draft } = await drafting(storage);
    expect(draft.quantityOf('tea')).toBe(2);
  });

  it('begins anew where what was kept cannot be read', async () => {
    const storage = new MemoryStorage();
    storage.setItem('draft', '{"quantities":{"tea":-1}}');
    const { draft } = await drafting(storage);
    expect(draft.lines).toEqual([]);
  });

  it('tells why there is no catalogue, and tries again', async () => {
    const api = new PlacingApi();
    api.failure = new ApiError('unavailable', 'Busy.', 503);
    const { draft } = await drafting(new MemoryStorage(), api);
    expect([draft.state, draft.error]).toEqual([
      'failed',
      'The server is busy. Try again in a moment.',
    ]);
    api.failure = undefined;
    await draft.load();
    expect([draft.state, draft.products.length]).toEqual(['ready', 3]);
  });
});

import { MAX_LINES, MAX_NOTE_LENGTH, MAX_QUANTITY } from '@ordercast/contract/order.ts';
import type { NewOrder, Order } from '@ordercast/contract/order.ts';
import type { Product } from '@ordercast/contract/product.ts';
import { z } from 'zod';
import { ApiError, apiErrorText } from '../api/api-error.ts';
import type { OrderApi } from '../api/order-api.ts';
import { parseJson } from '../storage/parse-json.ts';
import { tooLongText } from '../layout/text-length.ts';
import { typedQuantity } from './typed-quantity.ts';

const NO_ANSWER =
  'No answer came, so the order may or may not have been placed. Press “Place order” again: it will not be placed twice.';

/** What is kept of a draft, so that a reload of the page neither loses it nor places it twice. */
const savedDraftSchema = z.object({
  /** As typed. */
  quantities: z.record(z.string(), z.coerce.string()),
  note: z.string(),
  submission: z.object({ key: z.string(), body: z.string() }).nullable(),
});

export interface OrderDraftOptions {
  api: Pick<OrderApi, 'listProducts' | 'placeOrder'>;
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Names the person, so that two of one browser never see each other's drafts. */
  storageKey: string;
  newKey: () => string;
}

/** An order being put together from the catalogue. */
export class OrderDraft {
  readonly #options: OrderDraftOptions;
  #state = $state<'loading' | 'ready' | 'failed'>('loading');
  #products = $state.raw<readonly Product[]>([]);
  /** By product, as typed: what cannot be ordered is told, and never made into something else. */
  #quantities = $state<Record<string, string>>({});
  #note = $state('');
  #isPlacing = $state(false);
  #error = $state<string>();
  /** What `error` becomes when the connection is back, where it speaks of that. */
  #onceConnected: { error: string | undefined } | undefined;
  /** The key under which this very content was sent; other content gets another. */
  #submission: { key: string; body: string } | null = null;

  constructor(options: OrderDraftOptions) {
    this.#options = options;
    this.#restore();
  }

  get state(): 'loading' | 'ready' | 'failed' {
    return this.#state;
  }

  get products(): readonly Product[] {
    return this.#products;
  }

  get error(): string | undefined {
    return this.#error;
  }

  get isPlacing(): boolean {
    return this.#isPlacing;
  }

  get note(): string {
    return this.#note;
  }

  set note(note: string) {
    this.#note = note;
    this.#error = undefined;
    this.#save();
  }

  get lines(): { product: Product; quantity: number; total: number }[] {
    return this.#products.flatMap((product) => {
      const quantity = this.quantityOf(product.id);
      return quantity > 0 ? [{ product, quantity, total: quantity * product.unitPrice }] : [];
    });
  }

  /** In minor units of each currency; the server counts again. */
  get totals(): { currency: string; total: number }[] {
    const totals = new Map<string, number>();
    for (const { product, total } of this.lines) {
      totals.set(product.currency, (totals.get(product.currency) ?? 0) + total);
    }
    return [...totals].map(([currency, total]) => ({ currency, total }));
  }

  /** 0 where nothing that can be ordered is typed. */
  quantityOf(productId: string): number {
    return typedQuantity(this.typedOf(productId)) ?? 0;
  }

  /** What stands in the field of a product. */
  typedOf(productId: string): string {
    return this.#quantities[productId] ?? '0';
  }

  /** What is wrong with the quantity of a product. */
  quantityFault(productId: string): string | undefined {
    return typedQuantity(this.typedOf(productId)) === undefined
      ? `Enter a whole number from 0 to ${MAX_QUANTITY}.`
      : undefined;
  }

  /** Takes what was typed, whatever it is. */
  setQuantity(productId: string, typed: string): void {
    const others = Object.entries(this.#quantities).filter(([id]) => id !== productId);
    this.#quantities = Object.fromEntries(typed === '0' ? others : [...others, [productId, typed]]);
    this.#error = undefined;
    this.#save();
  }

  /** Why the order cannot be placed as it stands; an order that is only just begun is no fault. */
  get fault(): string | undefined {
    const wrong = this.#products.find(({ id }) => this.quantityFault(id) !== undefined);
    if (wrong)
      return `The quantity of ${wrong.name} is not a whole number from 0 to ${MAX_QUANTITY}.`;
    if (this.lines.length > MAX_LINES)
      return `An order holds at most ${MAX_LINES} different products.`;
    return tooLongText(this.#note, MAX_NOTE_LENGTH) && 'The note is too long.';
  }

  /** Reads the catalogue, and goes by the one before while it does; never rejects. */
  async load(): Promise<void> {
    if (this.#state === 'failed') {
      this.#state = 'loading';
      this.#error = undefined;
    }
    try {
      this.#products = await this.#options.api.listProducts();
      this.#state = 'ready';
    } catch (cause) {
      if (this.#state === 'ready') return;
      this.#error = apiErrorText(cause);
      this.#state = 'failed';
    }
  }

  /** Says no more of the connection, and reads the catalogue where that failed. */
  reconnected(): void {
    if (this.#state === 'failed') void this.load();
    else if (this.#error !== undefined && this.#onceConnected) {
      this.#error = this.#onceConnected.error;
      this.#onceConnected = undefined;
    }
  }

  /**
   * Places the order. Sent again after a lost answer it makes no second order, since the same
   * content goes under the same key.
   * @returns the order, or undefined where `error` says what went wrong
   */
  async place(): Promise<Order | undefined> {
    if (this.#isPlacing) return undefined;
    if (this.fault !== undefined) return undefined;
    this.#onceConnected = undefined;
    this.#error = this.lines.length === 0 ? 'Choose at least one product.' : undefined;
    if (this.#error !== undefined) return undefined;
    const order: NewOrder = {
      lines: this.lines.map(({ product, quantity }) => ({ productId: product.id, quantity })),
      ...(this.#note.trim() ? { note: this.#note.trim() } : {}),
    };
    this.#isPlacing = true;
    const earlier = this.#submission;
    try {
      const placed = await this.#options.api.placeOrder(order, this.#keyOf(order));
      this.forget();
      return placed;
    } catch (cause) {
      const isRepeated = earlier !== null && earlier === this.#submission;
      this.#error = placingErrorText(cause, isRepeated);
      if (cause instanceof ApiError && cause.kind === 'not-sent') {
        this.#onceConnected = { error: isRepeated ? NO_ANSWER : undefined };
        this.#submission = earlier;
        this.#save();
      }
      return undefined;
    } finally {
      this.#isPlacing = false;
    }
  }

  /** Begins anew, as if nothing had been chosen or kept. */
  forget(): void {
    this.#quantities = {};
    this.#note = '';
    this.#submission = null;
    this.#options.storage.removeItem(this.#options.storageKey);
  }

  #keyOf(order: NewOrder): string {
    const body = JSON.stringify(order);
    if (this.#submission?.body !== body) this.#submission = { key: this.#options.newKey(), body };
    this.#save();
    return this.#submission.key;
  }

  #save(): void {
    const draft = { quantities: this.#quantities, note: this.#note, submission: this.#submission };
    this.#options.storage.setItem(this.#options.storageKey, JSON.stringify(draft));
  }

  #restore(): void {
    const draft = savedDraftSchema.safeParse(
      parseJson(this.#options.storage.getItem(this.#options.storageKey)),
    ).data;
    if (!draft) return;
    this.#quantities = draft.quantities;
    this.#note = draft.note;
    this.#submission = draft.submission;
  }
}

/** @param isRepeated whether the same order was sent before, without an answer */
function placingErrorText(cause: unknown, isRepeated: boolean): string {
  const kind = cause instanceof ApiError ? cause.kind : undefined;
  if (kind === 'unreachable' || kind === 'unavailable') return NO_ANSWER;
  return kind === 'not-sent' && isRepeated
    ? 'Nothing was sent this time, but the order may have been placed before. Press “Place order” again once you are connected: it will not be placed twice.'
    : apiErrorText(cause);
}

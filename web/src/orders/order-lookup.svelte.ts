import { apiErrorText } from '../api/api-error.ts';
import type { OrderApi } from '../api/order-api.ts';

export type OrderLookupState = 'looking' | 'not-found' | 'failed';

export interface OrderLookupOptions {
  /** In capitals. */
  number: string;
  api: Pick<OrderApi, 'findOrderId'>;
  /** Called with the order's id, unless the lookup is closed by then. */
  onFound: (id: string) => void;
}

/** Which order has a number that somebody said or wrote. */
export class OrderLookup {
  readonly #options: OrderLookupOptions;
  #state = $state<OrderLookupState>('looking');
  #error = $state<string>();
  #isClosed = false;

  constructor(options: OrderLookupOptions) {
    this.#options = options;
  }

  get state(): OrderLookupState {
    return this.#state;
  }

  get error(): string | undefined {
    return this.#error;
  }

  /** Looks; returns the clean-up. */
  open(): () => void {
    void this.look();
    return () => {
      this.#isClosed = true;
    };
  }

  /** Never rejects: `state` and `error` tell. */
  async look(): Promise<void> {
    const { api, number, onFound } = this.#options;
    this.#state = 'looking';
    this.#error = undefined;
    try {
      const id = await api.findOrderId(number);
      if (this.#isClosed) return;
      if (id === undefined) this.#state = 'not-found';
      else onFound(id);
    } catch (cause) {
      this.#state = 'failed';
      this.#error = apiErrorText(cause);
    }
  }
}

import type { Me } from '@ordercast/contract/me.ts';
import { apiErrorText } from '../api/api-error.ts';
import type { OrderApi } from '../api/order-api.ts';

/** The person's own name and address, as the order API knows them. */
export class Profile {
  readonly #api: Pick<OrderApi, 'readMe'>;
  #me = $state.raw<Me>();
  #error = $state<string>();

  constructor(api: Pick<OrderApi, 'readMe'>) {
    this.#api = api;
  }

  get me(): Me | undefined {
    return this.#me;
  }

  get error(): string | undefined {
    return this.#error;
  }

  /** Never rejects. */
  async load(): Promise<void> {
    this.#error = undefined;
    try {
      this.#me = await this.#api.readMe();
    } catch (cause) {
      this.#error = apiErrorText(cause);
    }
  }
}

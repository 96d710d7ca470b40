import { createRealtimeClient } from '@ordercast/client/realtime-client.ts';
import type { RealtimeClient, RealtimeError } from '@ordercast/client/realtime-client.ts';
import type { OrderStatus } from '@ordercast/contract/order.ts';
import { orderEventDataSchema, orderEventType } from '@ordercast/contract/order-event.ts';
import type { Person } from './person.ts';

interface SeenEvent {
  type: string;
  orderId: string;
}

/** The order events of one channel, as somebody's page gets them. */
export class LiveOrders {
  readonly #channel: string;
  readonly #client: RealtimeClient;
  readonly #seen: SeenEvent[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #failed = Promise.withResolvers<never>();
  #lastError: RealtimeError | undefined;

  constructor(realtimeUrl: string, person: Person, channel: string) {
    this.#channel = channel;
    this.#failed.promise.catch(() => undefined);
    this.#client = createRealtimeClient({
      url: realtimeUrl,
      token: () => person.user.accessToken(),
      onError: (error) => {
        this.#lastError = error;
        this.#failed.reject(error);
      },
    });
  }

  /** Resolves when the subscription stands; rejects at the first thing that goes wrong on the way. */
  async open(): Promise<void> {
    const { ready } = this.#client.subscribe(this.#channel, {
      onEvent: ({ type, data }) => {
        const { orderId } = orderEventDataSchema.parse(data);
        this.#seen.push({ type, orderId });
        this.#listeners.forEach((listener) => listener());
      },
      onReload: () => undefined,
    });
    await Promise.race([ready, this.#failed.promise]);
  }

  /** Resolves when an order was seen to come to a state, now or before. */
  async moved(orderId: string, status: OrderStatus): Promise<void> {
    const type = orderEventType(status);
    const isSeen = () => this.#seen.some((one) => one.type === type && one.orderId === orderId);
    if (isSeen()) return;
    await new Promise<void>((resolve) => {
      const look = () => {
        if (!isSeen()) return;
        this.#listeners.delete(look);
        resolve();
      };
      this.#listeners.add(look);
    });
  }

  /** What came, and how the connection is. */
  soFar(): string {
    const error = this.#lastError === undefined ? '' : `, ${this.#lastError.message}`;
    return `${this.#seen.length} events on ${this.#channel}, connection ${this.#client.state}${error}`;
  }

  close(): void {
    this.#client.close();
  }
}

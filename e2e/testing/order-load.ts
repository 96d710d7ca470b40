import { orderSchema } from '@ordercast/contract/order.ts';
import type { Order, OrderStatus } from '@ordercast/contract/order.ts';
import { pause } from './real-pause.ts';
import { call } from './person.ts';
import type { Answer, Person } from './person.ts';

const WAY: readonly OrderStatus[] = ['confirmed', 'packed', 'shipped', 'delivered'];
/** A request that nobody takes is sent again, as a client would, and not in a circle. */
const AGAIN_AFTER_MS = 50;
/** "Try again soon", which is safe here: every change has a key or a version. */
const UNAVAILABLE = 503;

export interface AcknowledgedChange {
  orderId: string;
  customerId: string;
  version: number;
}

/** Orders placed and moved through several APIs, any of which may die over a request. */
export class OrderLoad {
  /** What was answered with a 2xx. */
  readonly acknowledged: AcknowledgedChange[] = [];
  /** Requests that got no answer, or a 503, and were repeated. */
  unanswered = 0;
  readonly #apiUrls: () => readonly string[];
  readonly #staff: Person;
  readonly #productId: string;
  #requests = 0;

  /** `apiUrls`: the APIs that should be there now; each request goes to the next of them. */
  constructor(apiUrls: () => readonly string[], staff: Person, productId: string) {
    this.#apiUrls = apiUrls;
    this.#staff = staff;
    this.#productId = productId;
  }

  /** Places one order and leads it to its end. */
  async liveThrough(customer: Person, key: string): Promise<void> {
    let order = await this.#place(customer, key);
    for (const to of WAY) order = await this.#move(order, to);
  }

  async #place(customer: Person, key: string): Promise<Order> {
    const answer = await this.#untilAnswered(customer, 'POST', '/orders', {
      body: { lines: [{ productId: this.#productId, quantity: 1 }], note: key },
      headers: { 'Idempotency-Key': key },
    });
    if (answer.status !== 201) throw new Error(`${key}: ${JSON.stringify(answer.body)}`);
    return this.#acknowledge(answer);
  }

  async #move({ id, version }: Order, to: OrderStatus): Promise<Order> {
    const path = `/orders/${id}`;
    const moved = await this.#untilAnswered(this.#staff, 'POST', `${path}/transitions`, {
      body: { to },
      headers: { 'If-Match': `"${version}"` },
    });
    if (moved.status === 200) return this.#acknowledge(moved);
    // A move whose answer was lost took effect: the repeat finds the version gone.
    const now = await this.#untilAnswered(this.#staff, 'GET', path);
    if (now.status !== 200) throw new Error(`${path}: ${JSON.stringify([moved, now])}`);
    const order = orderSchema.parse(now.body);
    if (moved.status !== 412 || order.version !== version + 1 || order.status !== to) {
      throw new Error(`${id} to ${to}: ${JSON.stringify(moved.body)}`);
    }
    return this.#acknowledge(now);
  }

  #acknowledge(answer: Answer): Order {
    const order = orderSchema.parse(answer.body);
    const { id: orderId, customerId, version } = order;
    this.acknowledged.push({ orderId, customerId, version });
    return order;
  }

  async #untilAnswered(
    person: Person,
    method: string,
    path: string,
    options: Parameters<typeof call>[4] = {},
  ): Promise<Answer> {
    for (;;) {
      const urls = this.#apiUrls();
      const url = urls[(this.#requests += 1) % urls.length] ?? '';
      try {
        const answer = await call(url, person.accessToken, method, path, options);
        if (answer.status !== UNAVAILABLE) return answer;
      } catch {
        // The process died over it.
      }
      this.unanswered += 1;
      await pause(AGAIN_AFTER_MS);
    }
  }
}

import { announcementPageSchema, announcementSchema } from '@ordercast/contract/announcement.ts';
import type { Announcement } from '@ordercast/contract/announcement.ts';
import { meSchema } from '@ordercast/contract/me.ts';
import type { Me } from '@ordercast/contract/me.ts';
import { orderPageSchema, orderSchema, timelineSchema } from '@ordercast/contract/order.ts';
import type {
  NewOrder,
  Order,
  OrderListItem,
  OrderStatus,
  TimelineItem,
} from '@ordercast/contract/order.ts';
import type { Page } from '@ordercast/contract/page.ts';
import { productListSchema } from '@ordercast/contract/product.ts';
import type { Product } from '@ordercast/contract/product.ts';
import type { HttpClient } from './http-client.ts';
import { numbered } from './numbered.ts';

export interface OrderFilter {
  status?: OrderStatus | undefined;
  /** The beginning of a number or id, of a word of the customer's name, or of a mail address. */
  q?: string | undefined;
}

/** The order API, a method a call. Each fails with ApiError. */
export class OrderApi {
  readonly #http: Pick<HttpClient, 'send'>;

  constructor(http: Pick<HttpClient, 'send'>) {
    this.#http = http;
  }

  /** Newest first. */
  listOrders(
    filter: OrderFilter & { cursor?: string | undefined; limit?: number },
  ): Promise<Page<OrderListItem>> {
    return this.#http.send({
      method: 'GET',
      path: '/orders',
      query: { ...filter },
      repeatable: true,
      answer: orderPageSchema,
    });
  }

  readOrder(id: string): Promise<Order> {
    return this.#http.send({
      method: 'GET',
      path: `/orders/${encodeURIComponent(id)}`,
      repeatable: true,
      answer: orderSchema,
    });
  }

  /** The id of the order that has this number; undefined where none has that the person may see. */
  async findOrderId(number: string): Promise<string | undefined> {
    const { items } = await this.listOrders({ q: number });
    return items.find((order) => order.number === number)?.id;
  }

  /** Oldest first. */
  async readTimeline(id: string): Promise<TimelineItem[]> {
    const { items } = await this.#http.send({
      method: 'GET',
      path: `/orders/${encodeURIComponent(id)}/timeline`,
      repeatable: true,
      answer: timelineSchema,
    });
    return items;
  }

  /** The same key makes the same order, however often it is sent. */
  placeOrder(order: NewOrder, idempotencyKey: string): Promise<Order> {
    return this.#http.send({
      method: 'POST',
      path: '/orders',
      body: order,
      headers: { 'idempotency-key': idempotencyKey },
      repeatable: true,
      answer: numbered('id', orderSchema),
    });
  }

  /** Moves an order on, provided that it still has the version that the person saw. */
  moveOrder(
    { id, version }: Pick<Order, 'id' | 'version'>,
    to: OrderStatus,
    reason?: string,
  ): Promise<Order> {
    return this.#http.send({
      method: 'POST',
      path: `/orders/${encodeURIComponent(id)}/transitions`,
      body: reason ? { to, reason } : { to },
      headers: { 'if-match': `"${version}"` },
      repeatable: false,
      answer: orderSchema,
    });
  }

  async listProducts(): Promise<Product[]> {
    const { items } = await this.#http.send({
      method: 'GET',
      path: '/products',
      repeatable: true,
      answer: productListSchema,
    });
    return items;
  }

  readMe(): Promise<Me> {
    return this.#http.send({ method: 'GET', path: '/me', repeatable: true, answer: meSchema });
  }

  /** Newest first. */
  listAnnouncements(cursor?: string): Promise<Page<Announcement>> {
    return this.#http.send({
      method: 'GET',
      path: '/announcements',
      query: { cursor },
      repeatable: true,
      answer: announcementPageSchema,
    });
  }

  publishAnnouncement(text: string): Promise<Announcement> {
    return this.#http.send({
      method: 'POST',
      path: '/announcements',
      body: { text },
      repeatable: false,
      answer: announcementSchema,
    });
  }
}

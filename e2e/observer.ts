import type { RealtimeClient } from '@ordercast/client/realtime-client.ts';
import { createRealtimeClient, memoryPositions } from '@ordercast/client/realtime-client.ts';
import { orderEventDataSchema } from '@ordercast/contract/order-event.ts';
import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import type { Person } from './person.ts';

/** What one callback was called with. */
export interface Seen extends OrderEventData {
  /** Of the event, not of the order. */
  id: string;
}

/** Somebody who subscribes to one channel, and whose positions outlive their client. */
export class Observer {
  readonly channel: string;
  /** In the order in which the callback was called. */
  readonly seen: Seen[] = [];
  reloads = 0;
  readonly #person: Person;
  readonly #clockSkewMs: number;
  readonly #positions = memoryPositions();
  #client: RealtimeClient | undefined;

  /** `clockSkewMs` is how far the clock of this one's device runs ahead; negative where it is behind. */
  constructor(person: Person, channel: string, clockSkewMs = 0) {
    this.#person = person;
    this.#clockSkewMs = clockSkewMs;
    this.channel = channel;
  }

  /** Subscribes with a new client, as after a reload of the page; resolves when that stands. */
  async open(): Promise<void> {
    this.#client?.close();
    this.#client = createRealtimeClient({
      url: this.#person.config.realtimeUrl,
      token: () => Promise.resolve(this.#person.accessToken),
      positions: this.#positions,
      clock: () => Date.now() + this.#clockSkewMs,
    });
    await this.#client.subscribe(this.channel, {
      onEvent: ({ id, data }) => this.seen.push({ ...orderEventDataSchema.parse(data), id }),
      onReload: () => (this.reloads += 1),
    }).ready;
  }

  /** The versions of each order, in the order in which they were seen. */
  versions(): Map<string, number[]> {
    const versions = new Map<string, number[]>();
    for (const { orderId, version } of this.seen) {
      versions.set(orderId, [...(versions.get(orderId) ?? []), version]);
    }
    return versions;
  }

  close(): void {
    this.#client?.close();
  }
}

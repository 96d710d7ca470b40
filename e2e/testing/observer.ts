import type { RealtimeClient } from '@ordercast/client/realtime-client.ts';
import { createRealtimeClient, memoryPositions } from '@ordercast/client/realtime-client.ts';
import { announcementSchema } from '@ordercast/contract/announcement.ts';
import type { Announcement } from '@ordercast/contract/announcement.ts';
import { ANNOUNCEMENTS_CHANNEL } from '@ordercast/contract/channel.ts';
import { orderEventDataSchema } from '@ordercast/contract/order-event.ts';
import type { OrderEventData } from '@ordercast/contract/order-event.ts';
import { WebSocket } from 'ws';
import type { Person } from './person.ts';

/** What one callback was called with. */
export interface Seen<Data> {
  /** Of the event, not of the order or announcement. */
  id: string;
  data: Data;
}

/** Somebody who subscribes to one channel, and whose positions outlive their client. */
export class Observer<Data> {
  readonly channel: string;
  /** In the order in which the callback was called. */
  readonly seen: Seen<Data>[] = [];
  reloads = 0;
  readonly #person: Person;
  readonly #parse: (data: unknown) => Data;
  readonly #clockSkewMs: number;
  readonly #positions = memoryPositions();
  #client: RealtimeClient | undefined;
  #socket: WebSocket | undefined;

  /** `clockSkewMs` is how far the clock of this one's device runs ahead; negative where it is behind. */
  constructor(
    person: Person,
    channel: string,
    parse: (data: unknown) => Data,
    clockSkewMs: number,
  ) {
    this.#person = person;
    this.#parse = parse;
    this.#clockSkewMs = clockSkewMs;
    this.channel = channel;
  }

  /** Subscribes with a new client, as after a reload of the page; resolves when that stands. */
  async open(): Promise<void> {
    this.#client?.close();
    const opened = (socket: WebSocket) => {
      this.#socket = socket;
    };
    this.#client = createRealtimeClient({
      WebSocket: class extends WebSocket {
        constructor(url: string, protocols: string[]) {
          super(url, protocols);
          opened(this);
        }
      },
      url: this.#person.config.realtimeUrl,
      token: () => Promise.resolve(this.#person.accessToken),
      positions: this.#positions,
      clock: () => Date.now() + this.#clockSkewMs,
    });
    await this.#client.subscribe(this.channel, {
      onEvent: ({ id, data }) => this.seen.push({ id, data: this.#parse(data) }),
      onReload: () => (this.reloads += 1),
    }).ready;
  }

  /** Reads nothing more from its socket; the answer goes on with it. */
  stopReading(): () => void {
    const socket = this.#socket;
    socket?.pause();
    return () => socket?.resume();
  }

  close(): void {
    this.#client?.close();
  }
}

export type OrderObserver = Observer<OrderEventData>;

/** Watches orders, on the staff's channel or a customer's. */
export function orderObserver(person: Person, channel: string, clockSkewMs = 0): OrderObserver {
  return new Observer(person, channel, (data) => orderEventDataSchema.parse(data), clockSkewMs);
}

export function announcementObserver(person: Person, clockSkewMs = 0): Observer<Announcement> {
  return new Observer(
    person,
    ANNOUNCEMENTS_CHANNEL,
    (data) => announcementSchema.parse(data),
    clockSkewMs,
  );
}

/** The versions of each order, in the order in which they were seen. */
export function versionsOf({ seen }: OrderObserver): Map<string, number[]> {
  const versions = new Map<string, number[]>();
  for (const { data } of seen) {
    versions.set(data.orderId, [...(versions.get(data.orderId) ?? []), data.version]);
  }
  return versions;
}

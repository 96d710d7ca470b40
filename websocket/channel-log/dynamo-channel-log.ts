import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CloudEvent } from '@ordercast/protocol/cloud-event.ts';
import type { Position } from '@ordercast/protocol/position.ts';
import type { Batch, ChannelLog, EventRange, Tail } from './channel-log.ts';
import type { EncodedEvent } from './encode-events.ts';
import { cutIntoBatches, encodeEvents } from './encode-events.ts';
import { newEpoch } from './epoch.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { EventItem } from './log-table.ts';
import { LogTable } from './log-table.ts';
import { placedBatches, unplacedEvents } from './placement.ts';
import { RECENT_IDS, WriterView } from './writer-view.ts';

/** How long a position can be resumed from. */
export const RETENTION_MS = 24 * 60 * 60 * 1000;
/** What expires within this time is not promised to somebody who only now begins to read it. */
const EXPIRY_MARGIN_MS = 60 * 1000;
/**
 * How long a writer trusts its view without asking. It must be far less than the retention: a
 * writer that slept while the items after its view expired would find their keys free.
 */
const VIEW_TRUST_MS = 60 * 1000;
/** Channels whose views a writer keeps; the longest unused goes first. */
const MAX_VIEWS = 5_000;
/** Above this many missed events a reload through HTTP is faster than a replay. */
const MAX_REPLAY_EVENTS = 100_000;

export interface DynamoChannelLogOptions {
  client: DynamoDBDocumentClient;
  tableName: string;
  /** Epoch ms. */
  clock: () => number;
  random: () => number;
}

/**
 * The channel log in a DynamoDB table (`channel`, `from`). The item at key 0 is the head,
 * `{epoch, seq}`, and never expires; an item at key n holds the batch that begins with number n.
 *
 * An append puts its batch at the key after the head, only if nothing stands there, and raises the
 * head after. A key is therefore taken once, and numbers have neither holes nor twins. A writer that
 * finds the key taken reads on from there, helps the head forward and tries again behind it.
 */
export class DynamoChannelLog implements ChannelLog {
  readonly #table: LogTable;
  readonly #clock: () => number;
  readonly #random: () => number;
  readonly #appends = new KeyedQueue();
  readonly #views = new Map<string, WriterView>();

  constructor({ client, tableName, clock, random }: DynamoChannelLogOptions) {
    this.#table = new LogTable(client, tableName);
    this.#clock = clock;
    this.#random = random;
  }

  async append(channel: string, events: readonly CloudEvent[]): Promise<Batch[]> {
    const encoded = encodeEvents(events);
    if (encoded.length === 0) return [];
    return this.#appends.run(channel, () => this.#append(channel, encoded));
  }

  async head(channel: string): Promise<Position> {
    for (;;) {
      const head = await this.#table.getHead(channel);
      if (head !== undefined) return head;
      const newest = await this.#table.itemAtOrBefore(channel, Number.MAX_SAFE_INTEGER);
      const epoch = newEpoch(this.#clock(), this.#random, newest?.epoch);
      const created = { epoch, seq: newest?.to ?? 0 };
      if (await this.#table.createHead(channel, created)) return created;
    }
  }

  async readSince(channel: string, since?: Position): Promise<Tail> {
    const position = await this.head(channel);
    const tail = { position, recovered: true, batches: none() };
    if (since === undefined) return tail;
    const missed = position.seq - since.seq;
    if (since.epoch !== position.epoch || missed < 0 || missed > MAX_REPLAY_EVENTS) {
      return { ...tail, recovered: false };
    }
    if (missed === 0) return tail;

    const next = since.seq + 1;
    const first = await this.#itemWith(channel, position.epoch, next);
    if (first === undefined) return { ...tail, recovered: false };
    return { ...tail, batches: this.#replay(channel, first, next, position) };
  }

  async readRange(channel: string, { epoch, from, to }: EventRange): Promise<Batch[] | undefined> {
    const first = await this.#itemWith(channel, epoch, from);
    if (first === undefined) return undefined;
    const batches: Batch[] = [];
    for await (const batch of this.#replay(channel, first, from, { epoch, seq: to })) {
      const events = batch.events.slice(0, to - batch.from + 1);
      batches.push({ ...batch, to: batch.from + events.length - 1, events });
    }
    return batches.at(-1)?.to === to ? batches : undefined;
  }

  /** The item that holds an event, unless it has expired. */
  async #itemWith(channel: string, epoch: string, seq: number): Promise<EventItem | undefined> {
    const item = await this.#table.itemAtOrBefore(channel, seq);
    const isHeld =
      item?.epoch === epoch && item.to >= seq && item.ttl * 1000 > this.#clock() + EXPIRY_MARGIN_MS;
    return isHeld ? item : undefined;
  }

  /**
   * Items expire in the order of their numbers, so where the first one stands the others do. Should
   * one be missing all the same, the replay ends there and the client notices the gap.
   */
  async *#replay(
    channel: string,
    first: EventItem,
    next: number,
    { epoch, seq }: Position,
  ): AsyncGenerator<Batch> {
    const skipped = next - first.from;
    yield { epoch, from: next, to: first.to, events: first.events.slice(skipped) };
    let last = first.to;
    if (last >= seq) return;
    for await (const item of this.#table.itemsAfter(channel, first.from)) {
      if (item.epoch !== epoch) continue;
      if (item.from !== last + 1) return;
      yield { epoch, from: item.from, to: item.to, events: item.events };
      last = item.to;
      if (last >= seq) return;
    }
  }

  async #append(channel: string, events: readonly EncodedEvent[]): Promise<Batch[]> {
    try {
      let view = await this.#currentView(channel);
      for (;;) {
        const placed = await this.#place(channel, events, view);
        if (placed !== 'epoch_lost') {
          this.#keep(channel, view);
          return placed;
        }
        view = await this.#openView(channel);
      }
    } catch (error) {
      // A write may or may not have happened: the next append asks the table.
      this.#views.delete(channel);
      throw error;
    }
  }

  /** Puts what the view does not hold behind its end until all of it has a number. */
  async #place(
    channel: string,
    events: readonly EncodedEvent[],
    view: WriterView,
  ): Promise<Batch[] | 'epoch_lost'> {
    const places = new Map<string, number>();
    for (;;) {
      for (const { id } of events) {
        const seq = places.get(id) ?? view.seqOf(id);
        if (seq !== undefined) places.set(id, seq);
      }
      const [batch] = cutIntoBatches(unplacedEvents(events, places));
      if (batch === undefined) return placedBatches(view.epoch, events, places);

      const item = this.#itemOf(batch, view);
      if (await this.#table.putItem(channel, item)) {
        if (!(await this.#passHead(channel, view.epoch, item.to))) return 'epoch_lost';
        view.extend(item);
        batch.forEach(({ id }, index) => places.set(id, item.from + index));
      } else if (!(await this.#catchUp(channel, view))) {
        return 'epoch_lost';
      }
      view.confirmedAt = this.#clock();
    }
  }

  #itemOf(batch: readonly EncodedEvent[], { epoch, seq, confirmedAt }: WriterView): EventItem {
    return {
      epoch,
      from: seq + 1,
      to: seq + batch.length,
      ids: batch.map(({ id }) => id),
      events: batch.map(({ json }) => json),
      // Counted from when the key was known to be free: a put that comes days late is born expired.
      ttl: Math.ceil((confirmedAt + VIEW_TRUST_MS + RETENTION_MS) / 1000),
    };
  }

  /** Raises the head to `to`; false where the count of this epoch has ended. */
  async #passHead(channel: string, epoch: string, to: number): Promise<boolean> {
    if (await this.#table.raiseHead(channel, { epoch, seq: to })) return true;
    const head = await this.#table.getHead(channel);
    return head?.epoch === epoch && head.seq >= to;
  }

  /** Reads what others appended since, and helps the head past it; false where the epoch ended. */
  async #catchUp(channel: string, view: WriterView): Promise<boolean> {
    const before = view.seq;
    for await (const item of this.#table.idsAfter(channel, before)) {
      if (item.epoch === view.epoch && item.from === view.seq + 1) view.extend(item);
    }
    return view.seq > before && this.#passHead(channel, view.epoch, view.seq);
  }

  async #currentView(channel: string): Promise<WriterView> {
    const view = this.#views.get(channel);
    if (view === undefined) return this.#openView(channel);
    const now = this.#clock();
    if (now - view.confirmedAt < VIEW_TRUST_MS) return view;
    const head = await this.#table.getHead(channel);
    if (head?.epoch !== view.epoch || head.seq !== view.seq) return this.#openView(channel);
    view.confirmedAt = now;
    return view;
  }

  /** A new writer reads the head and the ids of the last events, so as to recognise repeats. */
  async #openView(channel: string): Promise<WriterView> {
    const confirmedAt = this.#clock();
    const head = await this.head(channel);
    const view = new WriterView(head, confirmedAt);
    const items = [];
    let known = 0;
    for await (const item of this.#table.idsBefore(channel, head.seq)) {
      if (item.epoch === head.epoch) items.push(item);
      known += item.ids.length;
      if (known >= RECENT_IDS) break;
    }
    for (const item of items.reverse()) view.remember(item);
    return view;
  }

  #keep(channel: string, view: WriterView): void {
    view.forgetOld();
    this.#views.delete(channel);
    this.#views.set(channel, view);
    for (const oldest of this.#views.keys()) {
      if (this.#views.size <= MAX_VIEWS) break;
      this.#views.delete(oldest);
    }
  }
}

async function* none(): AsyncGenerator<Batch> {
  // A tail without anything missed.
}

import type { CloudEvent } from '@ordercast/protocol/cloud-event.ts';
import type { Position } from '@ordercast/protocol/position.ts';

/** A run of events of one channel: one event for each sequence number from `from` to `to`. */
export interface Batch {
  epoch: string;
  from: number;
  to: number;
  /** Each event as its JSON text, which frames carry as it is. */
  events: readonly string[];
}

/** What a subscriber who was away has missed. */
export interface Tail {
  /** The head at the time of reading. */
  position: Position;
  /** False where the log no longer holds everything since the position asked for. */
  recovered: boolean;
  /** The missed events in order, read page by page; nothing where `recovered` is false. */
  batches: AsyncIterable<Batch>;
}

/**
 * A numbered, hole-free log for each channel, kept for 24 hours. Any number of writers may append
 * to one channel at once.
 */
export interface ChannelLog {
  /**
   * Appends what the log does not hold yet and resolves when all of it is durable and the head has
   * passed it. Events are recognised by their id: a repeat is not appended again, and its place is
   * returned with the rest. The batches come in sequence; each fits one frame.
   *
   * @throws EventTooLarge before anything is written, where an event cannot fit a frame by itself.
   */
  append(channel: string, events: readonly CloudEvent[]): Promise<Batch[]>;

  /** The position of the newest event. A channel that never had one is given its epoch here. */
  head(channel: string): Promise<Position>;

  /**
   * What came after `since`, all or nothing: a position of another epoch or beyond the head, and one
   * whose next event has expired, are not recovered. Without `since` nothing is replayed.
   * Whoever registers as a subscriber before calling this misses no event (reads are consistent).
   */
  readSince(channel: string, since?: Position): Promise<Tail>;

  /**
   * The events of an epoch from `from` to `to`, both included, however far the log has gone on; all or
   * nothing, undefined where it no longer holds them.
   */
  readRange(channel: string, range: EventRange): Promise<Batch[] | undefined>;
}

/** Sequence numbers of one epoch, both included. */
export interface EventRange {
  epoch: string;
  from: number;
  to: number;
}

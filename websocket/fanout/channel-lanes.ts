import type { Batch } from '../channel-log/channel-log.ts';
import type { Subscriber } from '../connections/connection-registry.ts';
import { FrameEncoder } from './frame-encoder.ts';
import type { SendResult } from './sender.ts';

/**
 * Batches that wait for one connection at most. A connection that is so far behind loses the oldest,
 * sees the gap and reads it from the log.
 */
const MAX_WAITING = 256;

/** `late`: a post is still under way and nobody waits for it any more. */
export type PushResult = 'settled' | 'late';

export interface LaneOptions {
  /** Sends a frame; calls `onLate` where nobody shall wait for it any more. */
  send: (subscriber: Subscriber, frame: string, onLate: () => void) => Promise<SendResult>;
  /** Called once a connection is known to be gone. */
  forget: (subscriber: Subscriber) => Promise<void>;
  /** Called when nothing waits any more. */
  onIdle: () => void;
}

interface Lane {
  waiting: Batch[];
  /** Resolves when what waits has been tried. */
  next: PromiseWithResolvers<PushResult>;
}

/**
 * One queue for each connection of a channel, so that each gets its frames one after another and at
 * its own pace. What comes while a post is under way waits and goes out as one frame; what comes
 * alone is sent at once.
 */
export class ChannelLanes {
  readonly #options: LaneOptions;
  readonly #encoder: FrameEncoder;
  readonly #lanes = new Map<string, Lane>();

  constructor(channel: string, options: LaneOptions) {
    this.#options = options;
    this.#encoder = new FrameEncoder(channel);
  }

  /**
   * Resolves when these batches have been sent, skipped, or found to have no receiver; or when a post
   * to the connection is late.
   */
  push(subscriber: Subscriber, batches: readonly Batch[]): Promise<PushResult> {
    const open = this.#lanes.get(subscriber.connectionId);
    if (open !== undefined) {
      open.waiting.push(...batches);
      open.waiting.splice(0, open.waiting.length - MAX_WAITING);
      return open.next.promise;
    }
    const lane: Lane = { waiting: [...batches], next: Promise.withResolvers() };
    const { promise } = lane.next;
    this.#lanes.set(subscriber.connectionId, lane);
    void this.#drain(subscriber, lane);
    return promise;
  }

  async #drain(subscriber: Subscriber, lane: Lane): Promise<void> {
    let result: SendResult;
    let current: PromiseWithResolvers<PushResult>;
    do {
      current = lane.next;
      lane.next = Promise.withResolvers();
      const { resolve } = current;
      result = await this.#send(subscriber, lane.waiting.splice(0), () => {
        resolve('late');
        lane.next.resolve('late');
      });
      if (result === 'gone') break;
      resolve('settled');
    } while (lane.waiting.length > 0);
    this.#lanes.delete(subscriber.connectionId);
    if (result === 'gone') await this.#options.forget(subscriber);
    current.resolve('settled');
    lane.next.resolve('settled');
    if (this.#lanes.size === 0) this.#options.onIdle();
  }

  /** What follows a frame that was not taken is not sent: the connection has to read the log anyway. */
  async #send(
    subscriber: Subscriber,
    batches: readonly Batch[],
    onLate: () => void,
  ): Promise<SendResult> {
    let result: SendResult = 'delivered';
    for (const frame of this.#encoder.frames(batches)) {
      result = await this.#options.send(subscriber, frame, onLate);
      if (result !== 'delivered') break;
    }
    return result;
  }
}

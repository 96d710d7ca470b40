import type { Entry } from './entry.ts';
import { EventTooLarge } from '@ordercast/websocket/channel-log/event-too-large.ts';
import { retryPauseMs } from '@ordercast/platform/retry-pause.ts';
import type { Publish } from '@ordercast/websocket/publisher.ts';

/** Events that one publish carries at most. */
const MAX_BATCH = 100;
const PAUSES = { baseMs: 100, maxMs: 5_000 };

export interface LaneContext {
  publish: Publish;
  /** Asked before each publish; false ends the lane. */
  mayPublish: () => Promise<boolean>;
  /** Runs work when one of the relay's slots is free. */
  inSlot: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** An entry is in this channel's log, and its subscribers were tried. */
  onDone: (entry: Entry, channel: string) => void;
  /** A publish failed and will be tried again. */
  onFailure: (channel: string, entries: readonly Entry[], error: unknown) => void;
  /** An entry's event can never be carried; afterwards it holds a tombstone instead. */
  onUnencodable: (entry: Entry, error: unknown) => void;
  /** Nothing waits or is under way. */
  onIdle: () => void;
  /** Waits for a retry; cut short when the lane shall end. */
  wait: (ms: number) => Promise<void>;
  random: () => number;
}

export interface ChannelLane {
  push: (entry: Entry) => void;
  /** Resolves when nothing of this lane is under way any more. */
  idle: () => Promise<void>;
}

/**
 * Publishes one channel's entries in their order, those that wait together at once. A failure
 * holds up this channel alone; its entries are tried again with backoff until they pass.
 */
export function createChannelLane(channel: string, context: LaneContext): ChannelLane {
  const queue: Entry[] = [];
  const settling = new Set<Promise<void>>();
  let running: Promise<void> | undefined;
  let batchSize = MAX_BATCH;
  let failures = 0;
  let isEnded = false;

  const run = async (): Promise<void> => {
    while (queue.length > 0 && !isEnded) {
      const batch = queue.splice(0, batchSize);
      try {
        const { settled } = await context.inSlot(() => publishIfOurs(batch));
        settle(batch, settled);
        failures = 0;
        batchSize = MAX_BATCH;
      } catch (error) {
        queue.unshift(...batch);
        if (error instanceof NotOurs) isEnded = true;
        else if (error instanceof EventTooLarge) isolate(batch, error);
        else await backOff(batch, error);
      }
    }
  };

  const publishIfOurs = async (batch: readonly Entry[]): ReturnType<Publish> => {
    if (!(await context.mayPublish())) throw new NotOurs();
    return context.publish(
      channel,
      batch.map(({ event }) => event),
    );
  };

  const isolate = (batch: readonly Entry[], error: unknown): void => {
    const [entry] = batch;
    batchSize = 1;
    if (batch.length > 1 || entry === undefined) return;
    if (entry.abandonedBecause === undefined) {
      context.onUnencodable(entry, error);
    } else {
      // Not even the tombstone passes: the row is closed without one.
      queue.shift();
      context.onDone(entry, channel);
    }
  };

  const backOff = async (batch: readonly Entry[], error: unknown): Promise<void> => {
    failures += 1;
    context.onFailure(channel, batch, error);
    await context.wait(retryPauseMs(failures, PAUSES, context.random));
  };

  const settle = (batch: readonly Entry[], settled: Promise<void>): void => {
    const finished = settled.then(() => batch.forEach((entry) => context.onDone(entry, channel)));
    settling.add(finished);
    void finished.finally(() => {
      settling.delete(finished);
      reportIdle();
    });
  };

  const start = (): void => {
    if (isEnded) return;
    running ??= run().finally(() => {
      running = undefined;
      // Something may have come between the last look at the queue and this.
      if (queue.length > 0) start();
      else reportIdle();
    });
  };

  const reportIdle = (): void => {
    if (running === undefined && settling.size === 0 && queue.length === 0) context.onIdle();
  };

  return {
    push: (entry) => {
      queue.push(entry);
      start();
    },
    idle: async () => {
      while (running !== undefined || settling.size > 0) {
        await Promise.all([running, ...settling]);
      }
    },
  };
}

class NotOurs extends Error {
  override name = 'NotOurs';
}

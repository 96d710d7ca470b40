import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudEvent } from '@ordercast/protocol/cloud-event.ts';
import type { ChannelLog } from './channel-log/channel-log.ts';
import { EventTooLarge } from './channel-log/event-too-large.ts';
import { ChannelPace } from './channel-pace.ts';
import type { Delivery, FanOut } from './fanout/fan-out.ts';

/**
 * Appends events to a channel's log, then brings them to its subscribers. Resolves when they are
 * durable and on their way to everybody; calls for one channel take effect in the order they came.
 * It may be repeated: the log keeps one copy, and clients drop what they have seen.
 *
 * @throws EventTooLarge where an event fits no frame; none of this call's events is then appended.
 */
export type Publish = (channel: string, events: readonly CloudEvent[]) => Promise<Delivery>;

/** Events that are appended together at most, so that one call does not wait for a thousand. */
const MAX_TOGETHER = 500;

interface Waiting {
  events: readonly CloudEvent[];
  resolve: (delivery: Delivery) => void;
  reject: (error: unknown) => void;
}

/**
 * A publisher that appends together what waits for one channel. An event that comes alone is sent at
 * once; the next one waits for company, see {@link ChannelPace}.
 */
export function createPublisher({
  log,
  fanOut,
  wait = (ms) => sleep(ms),
}: {
  log: Pick<ChannelLog, 'append'>;
  fanOut: FanOut;
  wait?: (ms: number) => Promise<void>;
}): { publish: Publish } {
  const queues = new Map<string, Waiting[]>();

  async function drain(channel: string, queue: Waiting[]): Promise<void> {
    const pace = new ChannelPace();
    while (queue.length > 0) {
      const calls = takeTogether(queue);
      await send(channel, calls);
      await wait(pace.windowAfter(calls.reduce((sum, { events }) => sum + events.length, 0)));
    }
    queues.delete(channel);
  }

  async function send(channel: string, calls: readonly Waiting[]): Promise<void> {
    try {
      const batches = await log.append(
        channel,
        calls.flatMap((call) => call.events),
      );
      const delivery = await fanOut.deliver(channel, batches);
      calls.forEach((call) => call.resolve(delivery));
    } catch (error) {
      if (error instanceof EventTooLarge && calls.length > 1) {
        for (const call of calls) await send(channel, [call]);
      } else {
        calls.forEach((call) => call.reject(error));
      }
    }
  }

  return {
    publish: (channel, events) =>
      new Promise((resolve, reject) => {
        const call = { events, resolve, reject };
        const queue = queues.get(channel);
        if (queue !== undefined) {
          queue.push(call);
          return;
        }
        const opened = [call];
        queues.set(channel, opened);
        void drain(channel, opened);
      }),
  };
}

function takeTogether(queue: Waiting[]): Waiting[] {
  let count = 0;
  let events = 0;
  for (const call of queue) {
    if (count > 0 && events + call.events.length > MAX_TOGETHER) break;
    count += 1;
    events += call.events.length;
  }
  return queue.splice(0, count);
}

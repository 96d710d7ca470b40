import type { OutboxEvent } from '../outbox/outbox-event.ts';
import type { Publish } from '@ordercast/websocket/publisher.ts';

export interface RecordingPublisher {
  publish: Publish;
  /** Ids in each channel, in the order of their first arrival, as a channel log keeps them. */
  log: (channel: string) => readonly string[];
  /** Every event that ever arrived, repeats included. */
  arrivals: { channel: string; event: OutboxEvent }[];
  /** Runs before each publish; may throw, or wait. */
  setFault: (fault: (channel: string, events: readonly OutboxEvent[]) => unknown) => void;
  /** What everybody has been tried by; at once unless set. */
  setSettled: (settled: Promise<void>) => void;
}

/** Stands for channel log and fan-out: recognises repeats by their ids. */
export function createRecordingPublisher(): RecordingPublisher {
  const logs = new Map<string, string[]>();
  const arrivals: RecordingPublisher['arrivals'] = [];
  let fault: Parameters<RecordingPublisher['setFault']>[0] = () => undefined;
  let settled = Promise.resolve();
  return {
    publish: async (channel, events) => {
      await fault(channel, events);
      const log = logs.get(channel) ?? [];
      logs.set(channel, log);
      for (const event of events) {
        arrivals.push({ channel, event });
        if (!log.includes(event.id)) log.push(event.id);
      }
      return { settled };
    },
    log: (channel) => logs.get(channel) ?? [],
    arrivals,
    setFault: (next) => {
      fault = next;
    },
    setSettled: (next) => {
      settled = next;
    },
  };
}

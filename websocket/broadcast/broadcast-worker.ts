import type { Logger } from 'pino';
import type { Batch, ChannelLog } from '../channel-log/channel-log.ts';
import type { FanOut } from '../fanout/fan-out.ts';
import { parseBroadcastMessage } from './broadcast-message.ts';

/**
 * Does what the body of one message of the broadcast queue asks for. Rejects where it must be tried
 * again; may be repeated, by any number of workers at once.
 */
export type BroadcastWorker = (body: string) => Promise<void>;

export interface BroadcastWorkerOptions {
  log: Pick<ChannelLog, 'readSince'>;
  fanOut: FanOut;
  logger: Pick<Logger, 'warn'>;
}

export function createBroadcastWorker({
  log,
  fanOut,
  logger,
}: BroadcastWorkerOptions): BroadcastWorker {
  return async (body) => {
    const { channel, shard, epoch, from, to } = parseBroadcastMessage(body);
    const tail = await log.readSince(channel, { epoch, seq: from - 1 });
    if (!tail.recovered) {
      // Whoever missed them learns so when they subscribe or ping, and reloads.
      logger.warn({ channel, shard, epoch, from, to }, 'broadcast too late: the log lost it');
      return;
    }
    const { settled } = await fanOut.deliver(channel, await upTo(to, tail.batches), shard);
    await settled;
  };
}

/** The log may have grown since: what came later has messages of its own. */
async function upTo(to: number, batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const taken: Batch[] = [];
  for await (const batch of batches) {
    if (batch.from > to) break;
    const events = batch.events.slice(0, to - batch.from + 1);
    taken.push({ ...batch, to: batch.from + events.length - 1, events });
    if (batch.to >= to) break;
  }
  return taken;
}

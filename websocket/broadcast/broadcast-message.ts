import { z } from 'zod';
import type { Batch, EventRange } from '../channel-log/channel-log.ts';

/**
 * What is to be brought to one partition of a channel's subscribers. It names the events alone: they
 * are in the channel's log, which a worker reads, so that a message is small and no secret.
 */
export interface BroadcastMessage extends EventRange {
  channel: string;
  /** Counted from 0. */
  shard: number;
}

const messageSchema = z
  .strictObject({
    channel: z.string().min(1),
    shard: z.int().min(0),
    epoch: z.string().min(1),
    from: z.int().min(1),
    to: z.int().min(1),
  })
  .refine(({ from, to }) => from <= to, '"from" lies behind "to"');

/** A message that no worker can ever read; it ends in the dead-letter queue. */
export class InvalidBroadcastMessage extends Error {
  override name = 'InvalidBroadcastMessage';
}

/** @throws InvalidBroadcastMessage */
export function parseBroadcastMessage(body: string): BroadcastMessage {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new InvalidBroadcastMessage('A broadcast message is no JSON.');
  }
  const parsed = messageSchema.safeParse(value);
  if (!parsed.success) {
    throw new InvalidBroadcastMessage(
      `A broadcast message is malformed: ${z.prettifyError(parsed.error)}`,
    );
  }
  return parsed.data;
}

/** One message a shard for these batches, or several where the batches leave a gap. */
export function broadcastMessages(
  channel: string,
  shards: number,
  batches: readonly Batch[],
): BroadcastMessage[] {
  const runs: Omit<BroadcastMessage, 'shard'>[] = [];
  for (const { epoch, from, to } of batches) {
    const last = runs.at(-1);
    if (last?.epoch === epoch && last.to + 1 === from) last.to = to;
    else runs.push({ channel, epoch, from, to });
  }
  return runs.flatMap((run) => Array.from({ length: shards }, (_, shard) => ({ ...run, shard })));
}

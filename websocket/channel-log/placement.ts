import type { Batch } from './channel-log.ts';
import type { EncodedEvent } from './encode-events.ts';
import { cutIntoBatches } from './encode-events.ts';

/** Sequence numbers by event id. */
export type Places = ReadonlyMap<string, number>;

/** The events that have no number yet, each once, in the order given. */
export function unplacedEvents(events: readonly EncodedEvent[], places: Places): EncodedEvent[] {
  const missing = new Map<string, EncodedEvent>();
  for (const event of events) {
    if (!places.has(event.id) && !missing.has(event.id)) missing.set(event.id, event);
  }
  return [...missing.values()];
}

/** The events at their places: runs of consecutive numbers, each cut to what fits a frame. */
export function placedBatches(
  epoch: string,
  events: readonly EncodedEvent[],
  places: Places,
): Batch[] {
  const runs: PlacedEvent[][] = [];
  for (const event of inSequence(events, places)) {
    const run = runs.at(-1);
    if (run?.at(-1)?.seq === event.seq - 1) run.push(event);
    else runs.push([event]);
  }
  return runs.flatMap(cutIntoBatches).flatMap((batch) => {
    const from = batch[0]?.seq;
    if (from === undefined) return [];
    return { epoch, from, to: from + batch.length - 1, events: batch.map(({ json }) => json) };
  });
}

interface PlacedEvent extends EncodedEvent {
  seq: number;
}

function inSequence(events: readonly EncodedEvent[], places: Places): PlacedEvent[] {
  const bySeq = new Map<number, PlacedEvent>();
  for (const event of events) {
    const seq = places.get(event.id);
    if (seq !== undefined) bySeq.set(seq, { ...event, seq });
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

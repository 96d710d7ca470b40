import { MAX_EVENTS_BYTES } from '../channel-log/encode-events.ts';
import type { Batch } from '../channel-log/channel-log.ts';

/** Joined frames that are kept: those that wait for many connections at once are the same few. */
const KEPT_FRAMES = 64;

/** The text of an `events` frame. */
export function eventsFrame(channel: string, { epoch, from, to, events }: Batch): string {
  const head = `{"type":"events","channel":${JSON.stringify(channel)},"epoch":"${epoch}"`;
  return `${head},"from":${from},"to":${to},"events":[${events.join(',')}]}`;
}

/** Makes frames of one channel, each of them once for however many connections. */
export class FrameEncoder {
  readonly #channel: string;
  readonly #frames = new Map<string, string>();
  readonly #sizes = new WeakMap<Batch, number>();

  constructor(channel: string) {
    this.#channel = channel;
  }

  /**
   * As few frames as carry these batches: what follows on and fits goes into one. Each is made when
   * it is asked for, so that many connections that are far behind do not hold many.
   */
  *frames(batches: readonly Batch[]): Generator<string> {
    const groups: Batch[][] = [];
    let openBytes = 0;
    for (const batch of batches) {
      const group = groups.at(-1);
      const last = group?.at(-1);
      const bytes = this.#sizeOf(batch);
      const follows = last?.epoch === batch.epoch && last.to + 1 === batch.from;
      if (group !== undefined && follows && openBytes + bytes <= MAX_EVENTS_BYTES) {
        group.push(batch);
        openBytes += bytes;
      } else {
        groups.push([batch]);
        openBytes = bytes;
      }
    }
    for (const group of groups) yield this.#frame(group);
  }

  #frame(group: readonly Batch[]): string {
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) throw new Error('a frame needs a batch');
    const key = `${first.epoch}.${first.from}-${last.to}`;
    const known = this.#frames.get(key);
    if (known !== undefined) return known;
    const { epoch, from } = first;
    const events = group.flatMap((batch) => batch.events);
    const frame = eventsFrame(this.#channel, { epoch, from, to: last.to, events });
    this.#frames.set(key, frame);
    for (const oldest of this.#frames.keys()) {
      if (this.#frames.size <= KEPT_FRAMES) break;
      this.#frames.delete(oldest);
    }
    return frame;
  }

  #sizeOf(batch: Batch): number {
    const known = this.#sizes.get(batch);
    if (known !== undefined) return known;
    const bytes = batch.events.reduce((sum, event) => sum + Buffer.byteLength(event) + 1, 0);
    this.#sizes.set(batch, bytes);
    return bytes;
  }
}

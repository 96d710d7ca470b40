import type { Position } from '@ordercast/protocol/position.ts';
import type { CloudEvent, EventsFrame } from './frames.ts';

/**
 * Puts the frames of one channel back into sequence: drops repeats, holds early ones, knows what is
 * missing. No clock, no socket. The owner takes events with `peek` and, when their callbacks have
 * returned, moves on with `advance`.
 */
export class Sequencer {
  /** The last event delivered; undefined until the server has said where the channel stands. */
  #position: Position | undefined;
  /** The highest sequence number known to exist in the position's epoch. */
  #known = 0;
  /** Frames of the position's epoch, by `from`. */
  #held: EventsFrame[] = [];
  #heldEvents = 0;
  /** Frames of an epoch that is not the position's: the log may have begun anew. */
  #foreign: { epoch: string; frames: EventsFrame[] } | undefined;
  /** The epoch that was left last: its stragglers mean nothing any more. */
  #retired: string | undefined;
  readonly #maxHeldEvents: number;

  /** `maxHeldEvents` bounds the memory; what is dropped is known to be missing and asked for again. */
  constructor(position: Position | undefined, maxHeldEvents = 1000) {
    this.#position = position;
    this.#known = position?.seq ?? 0;
    this.#maxHeldEvents = maxHeldEvents;
  }

  get position(): Position | undefined {
    return this.#position;
  }

  /** Whether events are known to exist that cannot be delivered yet. */
  get behind(): boolean {
    if (this.#position === undefined) return false;
    return this.#foreign !== undefined || this.#known > this.#position.seq;
  }

  add(frame: EventsFrame): void {
    if (frame.epoch !== this.#position?.epoch) {
      this.#addForeign(frame.epoch, frame);
      return;
    }
    this.#known = Math.max(this.#known, frame.to);
    if (frame.to > this.#position.seq) this.#hold(frame);
  }

  /** Takes note of the log's head as a pong states it. */
  hear(head: Position): void {
    if (head.epoch !== this.#position?.epoch) this.#addForeign(head.epoch);
    else this.#known = Math.max(this.#known, head.seq);
  }

  /** The next event in sequence, where it is there. */
  peek(): CloudEvent | undefined {
    if (this.#position === undefined) return undefined;
    const next = this.#position.seq + 1;
    let first = this.#held[0];
    while (first !== undefined && first.to < next) {
      this.#heldEvents -= first.events.length;
      this.#held.shift();
      first = this.#held[0];
    }
    return first?.events[next - first.from];
  }

  advance(): void {
    if (this.#position === undefined) return;
    this.#position = { epoch: this.#position.epoch, seq: this.#position.seq + 1 };
  }

  /**
   * Takes the answer to a subscribe that was sent with `since`. `'reload'` means that events were
   * lost for good: the position is then `head`, and the application must reload.
   */
  answered(since: Position | undefined, head: Position, recovered: boolean): 'resumed' | 'reload' {
    const at = this.#position;
    if (head.epoch === this.#retired) return 'resumed';
    if (at !== undefined && at.epoch === head.epoch) {
      this.#foreign = undefined;
      // What came in while the question was out may have closed the gap that the server sees.
      const lost = !recovered && (at.seq < head.seq || head.seq < (since ?? at).seq);
      if (lost && head.seq < at.seq) this.#drop();
      this.#known = Math.max(this.#known, head.seq);
      if (lost) this.#position = head;
      return lost ? 'reload' : 'resumed';
    }
    const early = this.#foreign?.epoch === head.epoch ? this.#foreign.frames : [];
    this.#foreign = undefined;
    this.#retired = at?.epoch;
    this.#position = head;
    this.#drop();
    this.#known = head.seq;
    for (const frame of early) this.add(frame);
    return at === undefined ? 'resumed' : 'reload';
  }

  #drop(): void {
    this.#held = [];
    this.#heldEvents = 0;
    this.#known = 0;
  }

  #addForeign(epoch: string, frame?: EventsFrame): void {
    if (epoch === this.#retired) return;
    if (this.#foreign?.epoch !== epoch) this.#foreign = { epoch, frames: [] };
    if (frame === undefined) return;
    this.#foreign.frames.push(frame);
    if (this.#foreign.frames.length > this.#maxHeldEvents) this.#foreign.frames.shift();
  }

  #hold(frame: EventsFrame): void {
    const held = this.#held;
    if (held.some((other) => other.from <= frame.from && other.to >= frame.to)) return;
    let index = held.length;
    while (index > 0 && (held[index - 1]?.from ?? 0) > frame.from) index -= 1;
    held.splice(index, 0, frame);
    this.#heldEvents += frame.events.length;
    while (this.#heldEvents > this.#maxHeldEvents && held.length > 1) {
      this.#heldEvents -= held.pop()?.events.length ?? 0;
    }
  }
}

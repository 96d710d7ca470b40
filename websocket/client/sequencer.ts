import type { Position } from '@ordercast/protocol/position.ts';
import type { CloudEvent, EventsFrame } from './frames.ts';

/**
 * Puts the frames of one channel back into sequence: drops repeats, holds early ones, knows what is
 * missing. No clock, no socket. The owner takes events with `peek` and, when their callbacks have
 * returned, moves on with `advance`.
 */
export interface Sequencer {
  /** The last event delivered; undefined until the server has said where the channel stands. */
  readonly position: Position | undefined;
  /** Whether events are known to exist that cannot be delivered yet. */
  readonly behind: boolean;
  add: (frame: EventsFrame) => void;
  /** Takes note of the log's head as a pong states it. */
  hear: (head: Position) => void;
  /** The next event in sequence, where it is there. */
  peek: () => CloudEvent | undefined;
  advance: () => void;
  /**
   * Takes the answer to a subscribe that was sent with `since`. True where events were lost for
   * good: the position is then `head`, and the application must reload.
   */
  answered: (since: Position | undefined, head: Position, recovered: boolean) => boolean;
}

/** `maxHeld` events are held at most; what is dropped is known to be missing and asked for again. */
export function createSequencer(start: Position | undefined, maxHeld = 1000): Sequencer {
  let position = start;
  /** The highest sequence number known to exist in the position's epoch. */
  let known = start?.seq ?? 0;
  /** Events of the position's epoch that came early, by number. */
  const held = new Map<number, CloudEvent>();
  /** Frames of an epoch that is not the position's: the log may have begun anew. */
  let foreign: { epoch: string; frames: EventsFrame[] } | undefined;
  /** The epoch that was left last: its stragglers mean nothing any more. */
  let retired: string | undefined;

  const hear = ({ epoch, seq }: Position): void => {
    if (epoch === position?.epoch) known = Math.max(known, seq);
    else if (epoch !== retired && epoch !== foreign?.epoch) foreign = { epoch, frames: [] };
  };

  const add = (frame: EventsFrame): void => {
    const { epoch, from, to, events } = frame;
    hear({ epoch, seq: to });
    if (epoch === foreign?.epoch) {
      foreign.frames.push(frame);
      if (foreign.frames.length > maxHeld) foreign.frames.shift();
    } else if (epoch === position?.epoch) {
      const { seq: last } = position;
      events.forEach((event, index) => {
        const seq = from + index;
        if (seq > last && seq <= last + maxHeld) held.set(seq, event);
      });
    }
  };

  return {
    get position() {
      return position;
    },
    get behind() {
      return position !== undefined && (foreign !== undefined || known > position.seq);
    },
    add,
    hear,
    peek: () => position && held.get(position.seq + 1),
    advance() {
      if (!position) return;
      position = { epoch: position.epoch, seq: position.seq + 1 };
      held.delete(position.seq);
    },
    answered(since, head, recovered) {
      const at = position;
      if (head.epoch === retired) return false;
      const early = foreign;
      foreign = undefined;
      if (head.epoch === at?.epoch) {
        // What came in while the question was out may have closed the gap that the server sees.
        const isLost = !recovered && (at.seq < head.seq || head.seq < (since ?? at).seq);
        const hasLostItsEnd = isLost && head.seq < at.seq;
        known = hasLostItsEnd ? head.seq : Math.max(known, head.seq);
        if (isLost) position = head;
        for (const seq of held.keys()) {
          if (hasLostItsEnd || (seq <= head.seq && isLost)) held.delete(seq);
        }
        return isLost;
      }
      retired = at?.epoch;
      position = head;
      known = head.seq;
      held.clear();
      if (early?.epoch === head.epoch) early.frames.forEach(add);
      return at !== undefined;
    },
  };
}

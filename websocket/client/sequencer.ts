import type { Position } from '@ordercast/protocol/position.ts';
import type { CloudEvent, EventsFrame } from './frames.ts';

/**
 * Puts the frames of one channel back into sequence: drops repeats, holds early ones, knows what is
 * missing. No clock, no socket. The owner takes events, and rewinds where it has not handled them.
 */
export interface Sequencer {
  /** The last event taken; undefined until the server has said where the channel stands. */
  readonly position: Position | undefined;
  /** Whether events are known to exist that cannot be taken yet. */
  readonly behind: boolean;
  add: (frame: EventsFrame) => void;
  /** Takes note of the log's head as a pong states it. */
  hear: (head: Position) => void;
  /** The next event in sequence, where it is there; moves on to it. */
  take: () => CloudEvent | undefined;
  /** Goes back to a position that was left: what follows it must be asked for again. */
  rewind: (to: Position | undefined) => void;
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
  /** Frames of an epoch that is not the position's, once there was one: the log may have begun anew. */
  let foreign: EventsFrame[] | undefined;
  /** The epoch that was left last: its stragglers mean nothing any more. */
  let retired: string | undefined;

  const hear = ({ epoch, seq }: Position): void => {
    if (epoch === position?.epoch) known = Math.max(known, seq);
    else if (epoch !== retired) foreign ??= [];
  };

  const add = (frame: EventsFrame): void => {
    const { epoch, from, to, events } = frame;
    hear({ epoch, seq: to });
    if (epoch !== position?.epoch) {
      foreign?.push(frame);
      if (foreign && foreign.length > maxHeld) foreign.shift();
    } else {
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
    take() {
      const seq = (position?.seq ?? 0) + 1;
      const event = held.get(seq);
      if (event && position) {
        held.delete(seq);
        position = { epoch: position.epoch, seq };
      }
      return event;
    },
    rewind(to) {
      position = to;
      known = to?.seq ?? 0;
      held.clear();
      foreign = retired = undefined;
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
      early?.forEach(add);
      return at !== undefined;
    },
  };
}

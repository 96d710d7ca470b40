import { describe, expect, it } from 'vitest';
import type { EventsFrame } from './frames.ts';
import type { Sequencer } from './sequencer.ts';
import { createSequencer } from './sequencer.ts';

function frame(from: number, to = from, epoch = 'a'): EventsFrame {
  const events = Array.from({ length: to - from + 1 }, (_, index) => ({
    specversion: '1.0' as const,
    id: `${epoch}${from + index}`,
    type: 't',
    source: '/s',
    time: '2026-01-01T00:00:00.000Z',
    data: null,
  }));
  return { type: 'events', channel: 'c', epoch, from, to, events };
}

function drain(sequencer: Sequencer): string {
  const ids: string[] = [];
  for (let event = sequencer.take(); event !== undefined; event = sequencer.take()) {
    ids.push(event.id);
  }
  return ids.join(' ');
}

const at = (seq: number, epoch = 'a') => ({ epoch, seq });

describe('a sequencer', () => {
  it('drops repeats, cuts what overlaps and holds what is early', () => {
    const sequencer = createSequencer(at(2));
    for (const added of [frame(1, 2), frame(6, 8), frame(5, 6), frame(8), frame(2, 3)]) {
      sequencer.add(added);
    }
    expect(drain(sequencer)).toBe('a3');
    expect(sequencer.behind).toBe(true);
    sequencer.add(frame(4, 5));
    expect(drain(sequencer)).toBe('a4 a5 a6 a7 a8');
    expect(sequencer.behind).toBe(false);
  });

  it('begins again where it is told to, a past epoch included', () => {
    const sequencer = createSequencer(at(0));
    sequencer.add(frame(1, 4));
    expect(drain(sequencer)).toBe('a1 a2 a3 a4');
    sequencer.rewind(at(2));
    expect(sequencer.take()).toBeUndefined();
    expect(sequencer.answered(at(2), at(4), true)).toBe(false);
    sequencer.add(frame(3, 4));
    expect(drain(sequencer)).toBe('a3 a4');
    expect(sequencer.answered(at(4), at(1, 'b'), false)).toBe(true);
    sequencer.rewind(at(3));
    expect(sequencer.answered(at(3), at(1, 'b'), false)).toBe(true);
    expect(sequencer.position).toEqual(at(1, 'b'));
  });

  it('knows of a lost tail by a head that is ahead', () => {
    const sequencer = createSequencer(at(2));
    sequencer.hear(at(2));
    expect(sequencer.behind).toBe(false);
    sequencer.hear(at(3));
    expect(sequencer.behind).toBe(true);
  });

  it('bounds what it holds and still knows that the rest is missing', () => {
    const sequencer = createSequencer(at(0), 10);
    for (let from = 2; from < 100; from += 3) sequencer.add(frame(from, from + 2));
    sequencer.add(frame(1));
    expect(drain(sequencer)).toBe('a1 a2 a3 a4 a5 a6 a7 a8 a9 a10');
    expect(sequencer.behind).toBe(true);
  });

  it('begins at the answered head and delivers what came before the answer, beyond that head', () => {
    const sequencer = createSequencer(undefined);
    sequencer.add(frame(4, 6));
    expect(sequencer.take()).toBeUndefined();
    expect(sequencer.answered(undefined, at(5), true)).toBe(false);
    expect(drain(sequencer)).toBe('a6');
  });

  it('bounds what it holds before the answer, too', () => {
    const sequencer = createSequencer(undefined, 5);
    for (let seq = 1; seq <= 10; seq += 1) sequencer.add(frame(seq));
    sequencer.answered(undefined, at(3), true);
    expect(drain(sequencer)).toBe('');
    expect(sequencer.behind).toBe(true);
  });

  it('waits for the replay that a recovered answer promises', () => {
    const sequencer = createSequencer(at(2));
    expect(sequencer.answered(at(2), at(4), true)).toBe(false);
    expect(sequencer.behind).toBe(true);
    sequencer.add(frame(3, 4));
    expect(drain(sequencer)).toBe('a3 a4');
  });

  it('asks for a reload where events are lost for good, and goes on behind the head', () => {
    const sequencer = createSequencer(at(2));
    sequencer.add(frame(9, 11));
    expect(sequencer.answered(at(2), at(9), false)).toBe(true);
    expect(drain(sequencer)).toBe('a10 a11');
  });

  it('needs no reload where all that the server misses has come meanwhile', () => {
    const sequencer = createSequencer(at(2));
    sequencer.add(frame(3, 6));
    drain(sequencer);
    expect(sequencer.answered(at(2), at(5), false)).toBe(false);
    expect(sequencer.position).toEqual(at(6));
  });

  it('follows a log that has lost its end under the same epoch', () => {
    const sequencer = createSequencer(at(7));
    sequencer.add(frame(9));
    expect(sequencer.answered(at(7), at(3), false)).toBe(true);
    expect(sequencer.behind).toBe(false);
    sequencer.add(frame(4));
    expect(drain(sequencer)).toBe('a4');
  });

  it('follows a log that has begun anew, and counts on from what has come of it', () => {
    const sequencer = createSequencer(at(7));
    sequencer.add(frame(2, 4, 'b'));
    expect(drain(sequencer)).toBe('');
    expect(sequencer.behind).toBe(true);
    expect(sequencer.answered(at(7), at(3, 'b'), true)).toBe(true);
    expect(drain(sequencer)).toBe('b4');
  });

  it('ignores all stragglers of the log that it has left', () => {
    const sequencer = createSequencer(at(7));
    sequencer.hear(at(1, 'b'));
    sequencer.answered(at(7), at(1, 'b'), false);
    sequencer.add(frame(8));
    sequencer.hear(at(8));
    expect(sequencer.behind).toBe(false);
    expect(sequencer.answered(at(7), at(8), true)).toBe(false);
    expect(sequencer.position).toEqual(at(1, 'b'));
  });

  it('forgets a foreign epoch that the answer does not confirm', () => {
    const sequencer = createSequencer(at(7));
    sequencer.add(frame(1, 1, 'b'));
    expect(sequencer.answered(at(7), at(7), true)).toBe(false);
    expect(sequencer.behind).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { droppingLines } from './dropping-lines.ts';

/** A log on a disk that is full while the test says so. */
function makeBed() {
  const patience: boolean[] = [];
  const reasons: unknown[] = [];
  const state = { isFull: false, text: '', patience, reasons };
  const lines = droppingLines({
    append: (text, isPatient) => {
      state.patience.push(isPatient);
      if (state.isFull) throw new Error('no room');
      state.text += text;
    },
    clock: () => 0,
    onDropping: (error) => reasons.push(error),
  });
  return { state, lines };
}

describe('lines that cannot be written', () => {
  it('are counted, and told of once before the next that can', () => {
    const { state, lines } = makeBed();
    lines.write('a\n');
    state.isFull = true;
    for (const line of ['b\n', 'c\n']) lines.write(line);
    state.isFull = false;
    for (const line of ['d\n', 'e\n']) lines.write(line);
    const loss =
      '{"level":"warn","time":"1970-01-01T00:00:00.000Z","dropped":2,' +
      '"msg":"2 lines were dropped: the log could not be written"}';
    expect(state.text).toBe(`a\n\n${loss}\nd\ne\n`);
    expect(state.reasons).toEqual([new Error('no room')]);
  });

  it('are told of in the singular where it was one', () => {
    const { state, lines } = makeBed();
    state.isFull = true;
    lines.write('a\n');
    state.isFull = false;
    lines.write('b\n');
    expect(state.text).toContain('"msg":"1 line was dropped: the log could not be written"}\nb\n');
  });

  it('are told of anew where it fails again later', () => {
    const { state, lines } = makeBed();
    for (const isFull of [true, true, false, true]) {
      state.isFull = isFull;
      lines.write('a\n');
    }
    expect(state.reasons).toHaveLength(2);
    // A slow pipe is waited for by the first line alone.
    expect(state.patience).toEqual([true, false, false, true]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Step } from '../step/step.ts';
import { stepStates, stepsOutOfOrder } from './step-state.ts';
import type { HistoryRow } from './history-row.ts';

/** A step that comes to T-SQL and whose file is a text; the checksums here are those texts. */
function step(name: string, { file = name, sql = name } = {}): Step {
  return {
    version: name.slice(0, 14),
    name,
    checksum: `file ${file}`,
    statements: sql,
    statementsChecksum: `sql ${sql}`,
    combinedChecksum: `both ${file} ${sql}`,
    up: [],
    down: [],
    transaction: true,
    allowed: [],
    run: { up: () => Promise.resolve(), down: undefined },
  };
}

function row(of: Step, more: Partial<HistoryRow> = {}): HistoryRow {
  return {
    id: 1,
    version: of.version,
    name: of.name,
    direction: 'up',
    checksum: of.checksum,
    statementsChecksum: of.statementsChecksum,
    statements: of.statements,
    outcome: 'done',
    itemsDone: 0,
    itemCursor: null,
    startedAt: 0,
    durationMs: 1,
    by: 'dba',
    from: 'vm',
    error: null,
    ...more,
  };
}

const A = step('20300101000000_a.ts');
const B = step('20300102000000_b.ts');
const C = step('20300103000000_c.ts');

/** What is told of the steps here, where those of the database were applied as they are given. */
function statuses(
  here: readonly Step[],
  applied: readonly Step[],
  rows = applied.map((one) => row(one)),
) {
  const states = stepStates(here, { appliedNames: applied.map(({ name }) => name), rows });
  return states.map(({ name, status, formerName }) => [name, status, formerName]);
}

describe('the state of a step', () => {
  it('is applied where file and T-SQL are as noted, and tells an edit from another compilation', () => {
    const of = (now: Step) => statuses([now], [A])[0]?.[1];
    expect(of(A)).toBe('applied');
    expect(of(step(A.name, { sql: 'other' }))).toBe('recompiled');
    expect(of(step(A.name, { file: 'a comment' }))).toBe('changed');
    expect(of(step(A.name, { file: 'an edit', sql: 'other' }))).toBe('changed');
  });

  it('is still known where the history noted file and T-SQL as one', () => {
    const noted = row(A, { checksum: A.combinedChecksum, statementsChecksum: null });
    expect(statuses([A], [A], [noted])).toEqual([[A.name, 'applied', undefined]]);
    expect(statuses([step(A.name, { sql: 'other' })], [A], [noted])[0]?.[1]).toBe('changed');
    // The checksum of a file alone is none of both.
    const alone = row(A, { statementsChecksum: null });
    expect(statuses([A], [A], [alone])[0]?.[1]).toBe('changed');
  });

  it.each([
    ['another purpose', step('20300101000000_z.ts', { file: A.name, sql: A.name })],
    ['another purpose, and edited', step('20300101000000_z.ts')],
    ['another version', step('20300105000000_a.ts', { file: A.name })],
  ])('is renamed where it was applied under another name: %s', (_what, now) => {
    const others = now.version > C.version ? [B, C, now] : [now, B, C];
    expect(statuses(others, [A, B, C])).toContainEqual([now.name, 'renamed', A.name]);
    expect(statuses(others, [A, B, C])).toHaveLength(3);
  });

  it('is renamed for one file alone, though two have the same text', () => {
    const copies = [
      step('20300104000000_d.ts', { file: 'x' }),
      step('20300105000000_e.ts', { file: 'x' }),
    ];
    const old = step('20300101000000_old.ts', { file: 'x' });
    expect(statuses(copies, [old]).map(([, status]) => status)).toEqual(['renamed', 'pending']);
  });

  it('is renamed also where the history noted file and T-SQL as one', () => {
    const now = step('20300105000000_a.ts', { file: A.name, sql: A.name });
    const noted = row(A, { checksum: A.combinedChecksum, statementsChecksum: null });
    expect(statuses([now], [A], [noted])).toEqual([[now.name, 'renamed', A.name]]);
  });

  it('is deleted where newer ones are here, and unknown where it is the newest of all', () => {
    expect(statuses([A, C], [A, B, C])[1]).toEqual([B.name, 'deleted', undefined]);
    expect(statuses([A, B], [A, B, C])[2]).toEqual([C.name, 'unknown', undefined]);
    expect(statuses([], [A])[0]).toEqual([A.name, 'unknown', undefined]);
  });

  it('is half-applied though its file is gone or has another version', () => {
    const half = row(B, { outcome: 'failed', itemsDone: 1 });
    expect(statuses([A, C], [A], [row(A), half])).toContainEqual([
      B.name,
      'half-applied',
      undefined,
    ]);
    const undone = row(B, { direction: 'down', outcome: 'failed', itemsDone: 1 });
    expect(statuses([A, C], [A], [row(A), row(B), undone])[1]?.[1]).toBe('half-undone');
    const nothing = row(B, { outcome: 'failed', itemsDone: 0 });
    expect(statuses([A, C], [A], [row(A), nothing])).toHaveLength(2);
  });
});

describe('a step out of order', () => {
  it('is one that is not applied, though a later one is, whatever has become of that', () => {
    const late = (here: readonly Step[], applied: readonly Step[]) =>
      stepsOutOfOrder(
        stepStates(here, { appliedNames: applied.map(({ name }) => name), rows: [] }),
      ).map(({ name }) => name);
    expect(late([A, B, C], [A])).toEqual([]);
    expect(late([A, B, C], [B])).toEqual([A.name]);
    expect(late([A, B, C], [C])).toEqual([A.name, B.name]);
    expect(late([A, C], [B])).toEqual([A.name]);
  });
});

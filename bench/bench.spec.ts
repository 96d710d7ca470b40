import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Benchmark } from './benchmark.ts';
import { BENCHMARKS } from './benchmarks.ts';
import { runBenchmark } from './run-benchmark.ts';
import { median, percentile, ratioOf } from './statistics.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

function bench(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
}

/** Measures what it is told, and notes in which order it was asked. */
function aBenchmark(values: { subject: number[]; reference: number[] }) {
  const calls: string[] = [];
  const measure = (side: 'subject' | 'reference') => () => {
    calls.push(side);
    const value = values[side].shift();
    return value === undefined
      ? Promise.reject(new Error('this side fails'))
      : Promise.resolve([{ name: 'time', unit: 'ms', value }]);
  };
  const benchmark: Benchmark = {
    name: 'a',
    compares: 'one thing to another.',
    sides: { subject: 'ours', reference: 'theirs' },
    open: () =>
      Promise.resolve({
        subject: measure('subject'),
        reference: measure('reference'),
        close: () => Promise.resolve(calls.push('close')).then(() => undefined),
      }),
  };
  return { benchmark, calls };
}

describe('a benchmark', () => {
  it('measures its sides in turns and states the ratio of each round', async () => {
    const { benchmark, calls } = aBenchmark({ subject: [10, 30, 40], reference: [10, 10, 10] });
    const result = await runBenchmark(benchmark, 3, () => undefined);
    expect(calls.join(' ')).toBe('subject reference subject reference subject reference close');
    expect(result.figures).toEqual([
      {
        name: 'time',
        unit: 'ms',
        ratio: { median: 3, lowest: 1, highest: 4 },
        subject: { median: 30, lowest: 10, highest: 40 },
        reference: { median: 10, lowest: 10, highest: 10 },
      },
    ]);
  });

  it('that fails leaves nothing open', async () => {
    const { benchmark, calls } = aBenchmark({ subject: [1], reference: [] });
    await expect(runBenchmark(benchmark, 1, () => undefined)).rejects.toThrow('this side fails');
    expect(calls.at(-1)).toBe('close');
  });
});

describe('the statistics', () => {
  it('are those of the textbook', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('refuse what has no ratio', () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => ratioOf([1], [0])).toThrow(RangeError);
    expect(() => ratioOf([1, 2], [1])).toThrow(RangeError);
  });
});

describe('npm run bench', () => {
  it('lists what there is', () => {
    const { status, stdout } = bench('--list', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(
      BENCHMARKS.map(({ name, compares }) => ({ name, compares })),
    );
  });

  it.each([
    [
      ['latency'],
      'There is no benchmark "latency". There are: bad-clients, posts, gateway, report-export.',
    ],
    [['--list', '--rounds', '3'], '--list measures nothing, so --rounds has no use.'],
    [['--rounds', '0'], '--rounds is a whole number from 1 to 100, not "0".'],
    [['--fast'], "Unknown option '--fast'."],
  ])('refuses %j and says what to write', (args, reason) => {
    const { status, stderr } = bench(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('npm run bench -- [options]');
  });
});

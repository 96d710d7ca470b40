import { describe, expect, it } from 'vitest';
import { progressBar, progressTexts } from './progress-lines.ts';

const running = (rows: number, total: number | null) => ({
  status: 'running' as const,
  progress: { rows, total },
});
const QUEUED = { status: 'queued' as const, progress: { rows: 0, total: null } };

describe('how far a report is', () => {
  it('is drawn over itself on a terminal, and leaves nothing of a longer line', () => {
    let written = '';
    const bar = progressBar((text) => (written += text));
    bar.show(QUEUED);
    bar.show(QUEUED);
    bar.show(running(0, null));
    bar.show(running(1_000, 2_000));
    bar.show(running(0, null));
    bar.end();
    bar.end();
    const half = '[###############...............]  50 %  1,000 of 2,000 rows';
    expect(written.split('\r')).toEqual([
      '',
      'waits for its turn',
      'reads the orders  ',
      half,
      `${'reads the orders'.padEnd(half.length)}\n`,
    ]);
  });

  it('is a line each tenth elsewhere', () => {
    const lines: string[] = [];
    const texts = progressTexts((line) => lines.push(line));
    for (const run of [QUEUED, QUEUED, running(0, null), running(1, 2_000), running(2, 2_000)])
      texts.show(run);
    texts.show(running(1_999, 2_000));
    texts.show(running(2_000, 2_000));
    expect(lines).toEqual([
      'waits for its turn',
      'reads the orders',
      '  0 %  1 of 2,000 rows',
      ' 99 %  1,999 of 2,000 rows',
      '100 %  2,000 of 2,000 rows',
    ]);
  });

  it('is all of it where there is nothing to write', () => {
    const lines: string[] = [];
    progressTexts((line) => lines.push(line)).show(running(0, 0));
    expect(lines).toEqual(['100 %  0 of 0 rows']);
  });
});

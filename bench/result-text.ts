import { textTable } from '@ordercast/platform/text-table.ts';
import type { Result } from './run-benchmark.ts';
import type { Spread } from './statistics.ts';

/** A result as people read it: first the ratios, then, as information, the figures behind them. */
export function resultText({ name, compares, sides, figures }: Result): string {
  const rows = figures.map((figure) => [
    `${figure.name}, ${figure.unit}`,
    figure.ratio.median.toFixed(2),
    `${figure.ratio.lowest.toFixed(2)}..${figure.ratio.highest.toFixed(2)}`,
    spreadText(figure.subject),
    spreadText(figure.reference),
  ]);
  const head = ['', 'ratio', 'of the rounds', sides.subject, sides.reference];
  return `${name}: ${compares}\n\n${textTable([head, ...rows], '   ')}`;
}

function spreadText({ median, lowest, highest }: Spread): string {
  return `${short(median)} (${short(lowest)}..${short(highest)})`;
}

function short(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

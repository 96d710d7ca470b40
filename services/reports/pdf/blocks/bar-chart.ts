import { nice, ticks } from 'd3-array';
import type { Canvas } from '../page/canvas.ts';
import { COLORS, STYLES } from '../page/look.ts';
import { CONTENT_WIDTH } from '../page/page-size.ts';
import type { Piece } from '../page/piece.ts';
import type { BarChart } from '../report-document.ts';
import { baseline, lineHeight } from '../text/typesetter.ts';
import type { TextLine, Typesetter } from '../text/typesetter.ts';
import { layOutBarLabels } from './bar-labels.ts';
import { layOutLegend } from './legend.ts';

const PLOT_HEIGHT = 118;
/** Of a bar's place, without the gap beside it. */
const BAR_SHARE = 0.68;
const WIDEST_BAR = 46;
const TICKS = 4;
const GAP = 6;
const WIDEST_TICK = 150;
/** A description that is read aloud names no more bars than these. */
const MOST_DESCRIBED = 60;

/** The whole chart, with its title, legend and axes. Throws where a bar has no finite value. */
export function barChartPieces(chart: BarChart, typesetter: Typesetter): Piece[] {
  const { small, smallStrong } = STYLES;
  const head = layOutHead(chart, typesetter);
  const legend = layOutLegend(partLabels(chart), CONTENT_WIDTH, typesetter);
  const axis = valueAxis(chart);
  const tickLines = axis.ticks.map(({ value, text }) => ({
    value,
    line: typesetter.fit(text, small, WIDEST_TICK),
  }));
  const labels = layOutBarLabels(
    chart.bars.map(({ label }) => label),
    {
      width: CONTENT_WIDTH,
      left: Math.max(...tickLines.map(({ line }) => line.width)) + GAP,
    },
    typesetter,
  );
  const { left } = labels;
  const plotWidth = CONTENT_WIDTH - left;
  const place = plotWidth / Math.max(1, chart.bars.length);
  const values = valueLabels(chart, place, typesetter);
  const xTitle = typesetter.fit(chart.xTitle, small, plotWidth);
  const yTitle = typesetter.fit(chart.yTitle, small, CONTENT_WIDTH);

  const legendTop = head.height + 2;
  const yTitleTop = legendTop + legend.height;
  // A value above the highest bar or below the lowest stands between plot and what is next to it.
  const plotTop = yTitleTop + lineHeight(small) + (values === undefined ? 3 : lineHeight(small));
  const below = values !== undefined && axis.low < 0 ? lineHeight(small) : 0;
  const labelsTop = plotTop + PLOT_HEIGHT + below + 3;
  const xTitleTop = labelsTop + labels.height + 1;
  const height = xTitleTop + lineHeight(small);
  const yOf = (value: number) =>
    plotTop + PLOT_HEIGHT * (1 - (value - axis.low) / (axis.high - axis.low));

  return [
    {
      height,
      spaceAfter: 18,
      draw: (canvas, top) => {
        canvas.tagged('H2', () =>
          canvas.text(head.title, 0, top + baseline(STYLES.heading), COLORS.ink),
        );
        canvas.tagged('Figure', () => drawAll(canvas, top), description(chart));
      },
    },
  ];

  function drawAll(canvas: Canvas, top: number): void {
    if (head.total !== undefined) {
      const x = canvas.width - head.total.width;
      canvas.text(head.total, x, top + baseline(STYLES.heading), COLORS.ink);
    }
    legend.draw(canvas, top + legendTop);
    canvas.text(yTitle, 0, top + yTitleTop + baseline(small), COLORS.muted);
    for (const { value, line } of tickLines) {
      const y = top + yOf(value);
      canvas.rule(left, y, plotWidth, COLORS.rule);
      canvas.text(line, left - GAP - line.width, y + small.size * 0.35, COLORS.muted);
    }
    chart.bars.forEach((_, index) => drawBar(canvas, index, top));
    canvas.rule(left, top + yOf(0), plotWidth, COLORS.ink, { weight: 0.8 });
    canvas.rule(left, top + plotTop, PLOT_HEIGHT, COLORS.ink, { vertical: true });
    labels.draw(canvas, top + labelsTop);
    const middle = left + (plotWidth - xTitle.width) / 2;
    canvas.text(xTitle, middle, top + xTitleTop + baseline(small), COLORS.muted);
    if (chart.bars.length === 0) {
      const nothing = typesetter.line('Nothing to show', smallStrong);
      const x = left + (plotWidth - nothing.width) / 2;
      canvas.text(nothing, x, top + plotTop + PLOT_HEIGHT / 2, COLORS.muted);
    }
  }

  function drawBar(canvas: Canvas, index: number, top: number): void {
    const bar = chart.bars[index];
    if (bar === undefined) return;
    const width = Math.min(place * BAR_SHARE, WIDEST_BAR);
    const middle = left + (index + 0.5) * place;
    let from = 0;
    for (const part of partsOf(bar)) {
      if (part.value === 0) continue;
      const to = from + part.value;
      const [upper, lower] = [yOf(Math.max(from, to)), yOf(Math.min(from, to))];
      const color = COLORS.parts[legend.labels.indexOf(part.label) % COLORS.parts.length];
      canvas.rectangle(
        middle - width / 2,
        top + upper,
        width,
        lower - upper,
        color ?? COLORS.accent,
      );
      from = to;
    }
    const value = values?.[index];
    if (value === undefined) return;
    const y = top + (bar.value < 0 ? yOf(bar.value) + small.size + 1 : yOf(bar.value) - 3);
    const x = middle - value.width / 2;
    // No line of the grid runs through a number.
    canvas.rectangle(x - 1, y - small.size * 0.8, value.width + 2, small.size * 0.9, COLORS.paper);
    canvas.text(value, x, y, COLORS.ink);
  }
}

function layOutHead(chart: BarChart, typesetter: Typesetter) {
  const total =
    chart.total === undefined
      ? undefined
      : typesetter.fit(`Total ${chart.total}`, STYLES.total, CONTENT_WIDTH / 2);
  const width = CONTENT_WIDTH - (total === undefined ? 0 : total.width + 12);
  const title = typesetter.fit(chart.title, STYLES.heading, width);
  return { title, total, height: lineHeight(STYLES.heading) };
}

interface Axis {
  low: number;
  high: number;
  ticks: { value: number; text: string }[];
}

/**
 * From zero to beyond the longest bar, at round values, whole where all values are: there is no half order. Values that are written
 * alike stand once.
 */
function valueAxis({ bars, format, title }: BarChart): Axis {
  for (const { label, value } of bars) {
    if (!Number.isFinite(value)) throw new Error(`${title}: ${label} has no finite value.`);
  }
  const lowest = bars.reduce((low, { value }) => Math.min(low, value), 0);
  const highest = bars.reduce((high, { value }) => Math.max(high, value), 0);
  const [low, high] = nice(lowest, highest === lowest ? lowest + 1 : highest, TICKS);
  const areWhole = bars.every(({ value }) => Number.isInteger(value));
  const seen = new Set<string>();
  return {
    low,
    high,
    ticks: ticks(low, high, TICKS)
      .filter((value) => !areWhole || Number.isInteger(value))
      .map((value) => ({ value, text: format(value) }))
      .filter(({ text }) => !seen.has(text) && seen.add(text)),
  };
}

/** All of them or none: a bar without one would look as if it had none. */
function valueLabels(
  { bars, format }: BarChart,
  place: number,
  typesetter: Typesetter,
): TextLine[] | undefined {
  const lines = bars.map(({ value }) => typesetter.line(format(value), STYLES.small));
  return lines.every(({ width }) => width <= place - 3) ? lines : undefined;
}

function partsOf({ label, value, parts }: BarChart['bars'][number]) {
  return parts === undefined || parts.length === 0 ? [{ label, value }] : parts;
}

function partLabels({ bars }: BarChart): string[] {
  return [...new Set(bars.flatMap(({ parts = [] }) => parts.map(({ label }) => label)))];
}

function description({ title, yTitle, bars, format, total }: BarChart): string {
  const named = bars
    .slice(0, MOST_DESCRIBED)
    .map(({ label, value }) => `${label}: ${format(value)}`);
  const more = bars.length > named.length ? [`and ${bars.length - named.length} more`] : [];
  const sum = total === undefined ? '' : ` Total ${total}.`;
  return `Bar chart. ${title}, ${yTitle}. ${[...named, ...more].join('; ')}.${sum}`;
}

import { describe, expect, it } from 'vitest';
import type { BarChart } from '../report-document.ts';
import { outside, overlaps } from '../testing/overlaps.ts';
import { documentOf, printed, textOf } from '../testing/printed.ts';
import type { ReadPage } from '../testing/read-pdf.ts';

const MARGIN = 46;

function chartOf(values: readonly number[], more: Partial<BarChart> = {}): BarChart {
  return {
    kind: 'barChart',
    title: 'Orders by hour',
    xTitle: 'Hour of the day',
    yTitle: 'Orders, count',
    bars: values.map((value, hour) => ({ label: `${String(hour).padStart(2, '0')}:00`, value })),
    format: (value) => value.toLocaleString('en'),
    total: '4,321',
    ...more,
  };
}

async function pageOf(chart: BarChart): Promise<ReadPage> {
  const { pages } = await printed(documentOf(chart));
  const [page] = pages;
  if (page === undefined || pages.length !== 1) throw new Error('Not one page.');
  expect(overlaps(page)).toEqual([]);
  expect(outside(page, MARGIN)).toEqual([]);
  return page;
}

/** What stands at the left axis, from its top. */
function ticksOf({ texts }: ReadPage): string[] {
  const named = texts.findIndex(({ text }) => text === 'Orders, count');
  const first = texts[named + 1];
  const end = (first?.x ?? 0) + (first?.width ?? 0);
  return texts
    .slice(named + 1)
    .filter(({ x, width, turn }) => turn === 0 && Math.abs(x + width - end) < 0.5)
    .sort((one, other) => one.y - other.y)
    .map(({ text }) => text);
}

describe('a bar chart', () => {
  it('has a title, its total, both axes with titles and units, and round ticks', async () => {
    const page = await pageOf(chartOf([12, 480, 77, 0]));
    const text = textOf(page);
    for (const part of ['Orders by hour', 'Total 4,321', 'Hour of the day', 'Orders, count'])
      expect(text).toContain(part);
    expect(ticksOf(page)).toEqual(['500', '400', '300', '200', '100', '0']);
    for (const value of ['12', '480', '77']) expect(text.split(' ')).toContain(value);
  });

  it('of 25 hours leaves labels out, the same number between each two, and no bar', async () => {
    const page = await pageOf(chartOf(Array.from({ length: 25 }, (_, hour) => hour * 1000 + 17)));
    const labels = page.texts.filter(({ text }) => /^\d\d:00$/.test(text));
    const hours = labels.map(({ text }) => Number(text.slice(0, 2)));
    const every = (hours[1] ?? 0) - (hours[0] ?? 0);
    expect(every).toBeGreaterThan(1);
    expect(hours).toEqual(hours.map((_, index) => index * every));
  });

  it('of one bar', async () => {
    const page = await pageOf(chartOf([7]));
    expect(textOf(page)).toContain('00:00');
    expect(ticksOf(page).at(-1)).toBe('0');
  });

  it('of nothing but zeros, or of no bars, has an axis that says a value once', async () => {
    const money = { format: (value: number) => `${Math.round(value)} €` };
    expect(ticksOf(await pageOf(chartOf([0, 0, 0], money)))).toEqual(['1 €', '0 €']);
    expect(textOf(await pageOf(chartOf([], money)))).toContain('Nothing to show');
  });

  it('puts a value below its bar where it is negative', async () => {
    const { texts } = await pageOf(chartOf([-350, 200]));
    const [below, zero] = ['-350', '0'].map((text) => texts.find((found) => found.text === text));
    expect(below?.y).toBeGreaterThan((zero?.y ?? Infinity) + 20);
  });

  it('of huge numbers keeps the axis within the page and leaves values at bars out', async () => {
    const values = Array.from({ length: 20 }, (_, bar) => bar * 1e15 + 0.5);
    const text = textOf(await pageOf(chartOf(values)));
    expect(text).toContain('20,000,000,000,000,000');
    expect(text).not.toContain('1,000,000,000,000,000.5');
  });

  it('turns long labels and cuts those that are too long even so', async () => {
    const names = ['Margherita pizza with extra cheese', '寿司盛り合わせ', 'שווארמה בפיתה', 'Soup'];
    const bars = Array.from({ length: 14 }, (_, bar) => ({
      label: `${names[bar % names.length] ?? ''} ${bar}`,
      value: bar,
    }));
    const { texts } = await pageOf(chartOf([], { bars }));
    const turned = texts.filter(({ turn }) => Math.abs(turn + Math.PI / 4) < 0.01);
    expect(turned.length).toBeGreaterThan(14);
    expect(turned.some(({ text }) => text.includes('…'))).toBe(true);
  });

  it('has the whole label of an hour that comes twice, also of the first of the day', async () => {
    const bars = [
      '00:00-04:00',
      '00:00-05:00',
      ...Array.from({ length: 23 }, (_, hour) => String(hour + 1).padStart(2, '0')),
    ].map((label) => ({ label, value: 1 }));
    const { texts } = await pageOf(chartOf([], { bars }));
    const turned = texts.filter(({ turn }) => turn !== 0).map(({ text }) => text);
    expect(turned.slice(0, 3)).toEqual(['00:00-04:00', '00:00-05:00', '01']);
    expect(turned).toHaveLength(25);
  });

  it('tells the colours of parts, each once', async () => {
    const bars = ['00', '01'].map((label) => ({
      label,
      value: 5,
      parts: [
        { label: 'Completed', value: 3 },
        { label: 'Open', value: 2 },
      ],
    }));
    const text = textOf(await pageOf(chartOf([], { bars })));
    expect(text.split('Completed')).toHaveLength(2);
    expect(text.split('Open')).toHaveLength(2);
  });

  it('refuses what is no number, by its name', async () => {
    await expect(printed(documentOf(chartOf([1, NaN])))).rejects.toThrow(
      'Orders by hour: 01:00 has no finite value.',
    );
  });
});

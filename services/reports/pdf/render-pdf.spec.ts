import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { MAX_ROWS } from './blocks/table.ts';
import { renderPdf } from './render-pdf.ts';
import type { Table } from './report-document.ts';
import { outside, overlaps } from './testing/overlaps.ts';
import { bytesOf, CREATED_AT, documentOf, lettersOf, printed, textOf } from './testing/printed.ts';

/** Of poppler: another reader, which shares no code with Mozilla's. */
const hasPdfToText = spawnSync('pdftotext', ['-v']).error === undefined;

const names: Table = {
  kind: 'table',
  title: 'By product',
  columns: [
    { title: 'Product', align: 'start', share: 3 },
    { title: 'Quantity', align: 'end', share: 1 },
    { title: 'Revenue, EUR', align: 'end', share: 1 },
  ],
  rows: [],
};

function tableOf(...rows: string[][]): Table {
  return { ...names, rows };
}

describe('a printed report', () => {
  it('says what it is: title, language, instant, and tags for who listens to it', async () => {
    const document = {
      ...documentOf(
        { kind: 'keyFigures', items: [{ label: 'Orders', value: '697' }] },
        {
          kind: 'barChart',
          title: 'Orders by hour',
          xTitle: 'Hour',
          yTitle: 'Orders',
          bars: [{ label: '00', value: 3 }],
          format: String,
        },
        { ...tableOf(['Pizza', '1', '2.00']), total: ['Total', '1', '2.00'] },
      ),
      language: 'de',
    };
    const { info, roles } = await printed(document);
    expect(info).toMatchObject({
      Title: 'Daily orders',
      Language: 'de',
      CreationDate: 'D:20261122050003Z',
      Creator: 'Ordercast',
    });
    expect(roles).toEqual([
      'Document',
      'Document > Figure',
      'Document > H1',
      'Document > H2',
      'Document > P',
      'Document > Table',
      'Document > Table > TR',
      'Document > Table > TR > TD',
      'Document > Table > TR > TH',
    ]);
    expect((await bytesOf(document)).toString('latin1')).toContain('/DisplayDocTitle true');
  });

  it('has the same bytes for the same input, and others for another instant', async () => {
    const document = documentOf(tableOf(['Pizza 比萨 🍕 مرحبا', '1', '2.00']));
    const first = await bytesOf(document);
    expect(first.equals(await bytesOf(document))).toBe(true);
    const other: Uint8Array[] = [];
    for await (const part of renderPdf(document, { createdAt: CREATED_AT + 1000 }))
      other.push(part);
    expect(first.equals(Buffer.concat(other))).toBe(false);
  });

  it('tells on each page which of how many it is, and when it was made', async () => {
    const rows = Array.from({ length: 60 }, (_, row) => [`Product ${row}`, '1', '2.00']);
    const { pages } = await printed(documentOf(tableOf(...rows)));
    expect(pages.length).toBe(2);
    pages.forEach((page, index) => {
      expect(textOf(page)).toMatch(
        new RegExp(`Daily orders Created 2026-11-22T05:00:03Z ${index + 1} of 2$`),
      );
    });
  });

  it('draws a page when the one before it has been taken', async () => {
    const rows = Array.from({ length: 200 }, (_, row) => [`Product ${row}`, '1', '2.00']);
    let asked = 0;
    const table = tableOf(...rows);
    const chart = {
      kind: 'barChart' as const,
      title: 'Last',
      xTitle: 'x',
      yTitle: 'y',
      bars: [{ label: 'bar', value: 1 }],
      format: String,
    };
    const parts = renderPdf(documentOf(table, chart), { createdAt: CREATED_AT })[
      Symbol.asyncIterator
    ]();
    const sizes: number[] = [];
    for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
      asked++;
      sizes.push(next.value.length);
    }
    // One for each of the pages, and one for the fonts at the end.
    expect(asked).toBeGreaterThan(5);
    expect(Math.max(...sizes.slice(0, -1))).toBeLessThan(20_000);
  });

  it('breaks off cleanly where nobody takes the rest', async () => {
    const rows = Array.from({ length: 200 }, (_, row) => [`Product ${row}`, '1', '2.00']);
    const parts = renderPdf(documentOf(tableOf(...rows)), { createdAt: CREATED_AT })[
      Symbol.asyncIterator
    ]();
    expect((await parts.next()).done).toBe(false);
    await parts.return?.();
    expect(await parts.next()).toEqual({ done: true, value: undefined });
  });
});

describe('names', () => {
  it.each([
    ['Vietnamese', 'Phở bò đặc biệt Nguyễn Thị Ớ'],
    ['marks without a letter of their own', 'x̂ ẹ́ m̄'],
    ['Greek', 'Μουσακάς ᾠδή'],
    ['Cyrillic', 'Борщ украинский ґ ђ'],
    ['Arabic', 'شاورما دجاج ثلاثة بيت تين'],
    ['Persian and Urdu', 'پنیر گچ ٹماٹر ڑے'],
    ['Arabic letters of few languages', 'ݐݣ ࢠ'],
    ['Hebrew', 'חומוס עם פיתה'],
    ['Japanese', '寿司盛り合わせ ラーメン'],
    ['Chinese, simplified', '宫保鸡丁 龙虾'],
    ['Chinese, traditional', '宮保雞丁 龍蝦 灣'],
    ['Korean', '김치찌개 똠방각하'],
    ['emoji, also joined', '🍕 👩‍💻 🇩🇪'],
  ])('in %s are read back as they were written', async (_script, name) => {
    const { pages } = await printed(documentOf(tableOf([name, '1', '2.00'])));
    expect(pages.map(lettersOf).join('')).toContain(name.normalize('NFC').replace(/\s/g, ''));
  });

  it.each([
    ['Hebrew with Latin and numbers', 'חומוס (XL) 12 יח׳'],
    ['Arabic with a number', 'شاورما 12 قطعة'],
    ['Latin with Hebrew', 'Hummus חומוס plus'],
  ])('of both directions are in the order of reading in the file: %s', async (_kind, name) => {
    const { pages } = await printed(documentOf(tableOf([name, '1', '2.00'])));
    expect(pages.map(lettersOf).join('')).toContain(name.replace(/\s/g, ''));
  });

  it.skipIf(!hasPdfToText)(
    'in Arabic are read back by pdftotext too (skipped where it is not installed)',
    async () => {
      const file = await bytesOf(documentOf(tableOf(['ثلاثة لا', '1', '2.00'])));
      const { stdout } = spawnSync('pdftotext', ['-', '-'], { input: file, encoding: 'utf8' });
      expect(stdout.replace(/[\u202A-\u202E]/g, '')).toContain('ثلاثة لا');
    },
  );

  it('that run from the right stand so: the first word of Hebrew is the one furthest right', async () => {
    const { pages } = await printed(documentOf(tableOf(['שלום עולם', '1', '2.00'])));
    const texts = pages.flatMap((page) => page.texts);
    const [first, second] = ['שלום', 'עולם'].map((word) => texts.find(({ text }) => text === word));
    expect(first?.x).toBeGreaterThan(second?.x ?? Infinity);
  });

  it('in a script without a font are boxes that can still be copied, and nothing fails', async () => {
    const name = 'ꯃꯤꯇꯩ \u0000\uD800 𓀀';
    const { pages } = await printed(documentOf(tableOf([name, '1', '2.00'])));
    expect(pages.map(lettersOf).join('')).toContain('ꯃꯤꯇꯩ\uFFFD\uFFFD𓀀');
    expect(pages.flatMap(overlaps)).toEqual([]);
  });
});

describe('tables', () => {
  it('align numbers at their ends, one below the other', async () => {
    const { pages } = await printed(
      documentOf({
        ...tableOf(['Pizza', '7', '2.00'], ['Soup', '1,234', '999,999.00']),
        total: ['Total', '1,241', '1,000,001.00'],
      }),
    );
    const ends = ['2.00', '999,999.00', '1,000,001.00'].map((number) => {
      const found = pages[0]?.texts.find(({ text }) => text === number);
      return (found?.x ?? 0) + (found?.width ?? 0);
    });
    for (const end of ends) expect(end).toBeCloseTo(ends[0] ?? 0, 1);
  });

  it('repeat their head on each page and go on where they were', async () => {
    const rows = Array.from({ length: 90 }, (_, row) => [`Product ${row}`, '1', '2.00']);
    const { pages } = await printed(documentOf(tableOf(...rows)));
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) expect(textOf(page)).toContain('Product Quantity Revenue, EUR');
    const all = pages.map(textOf).join(' ');
    for (const [name = ''] of rows) expect(all.split(`${name} 1 2.00`)).toHaveLength(2);
  });

  it('wrap a long name and cut one that is longer than that, within its column', async () => {
    const long = 'A very long name of a product that goes on and on '.repeat(8);
    const word = 'Donaudampfschifffahrtsgesellschaft'.repeat(9);
    const { pages } = await printed(documentOf(tableOf([long, '1', '2.00'], [word, '3', '4.00'])));
    expect(pages.flatMap(overlaps)).toEqual([]);
    expect(textOf(pages[0] ?? { texts: [], width: 0, height: 0 }).split('…')).toHaveLength(3);
    const quantity = pages[0]?.texts.find(({ text }) => text === 'Quantity')?.x ?? 0;
    const names = pages[0]?.texts.filter(({ text }) => /very|schiff/.test(text)) ?? [];
    expect(names.length).toBe(6);
    for (const { x, width } of names) expect(x + width).toBeLessThan(quantity);
  });

  it('never cut a number: its letters get smaller', async () => {
    const huge = '1,234,567,890,123,456,789,012,345,678,901,234.67';
    const { pages } = await printed(documentOf(tableOf(['Pizza', huge, huge])));
    expect(textOf(pages[0] ?? { texts: [], width: 0, height: 0 }).split(huge)).toHaveLength(3);
    expect(pages.flatMap(overlaps)).toEqual([]);
  });

  it('say that they have no rows', async () => {
    const { pages } = await printed(documentOf({ ...names, total: ['Total', '0', '0.00'] }));
    expect(pages.map(textOf).join()).toContain('Revenue, EUR No rows Total 0 0.00');
  });

  it('print a bounded number of rows and say how many there are', async () => {
    const rows = Array.from({ length: MAX_ROWS + 1 }, (_, row) => [`P${row}`, '1', '2.00']);
    const { pages } = await printed(
      documentOf({ ...tableOf(...rows), note: 'Of the day.', total: ['Total', '1', '2'] }),
    );
    const text = pages.map(textOf).join(' ');
    expect(text).toContain(`P${MAX_ROWS - 1} 1 2.00`);
    expect(text).not.toContain(`P${MAX_ROWS} 1 2.00`);
    expect(text).toContain('Printed: the first 1,000 of 1,001 rows. Of the day.');
    expect(pages.flatMap((page) => outside(page, 40))).toEqual([]);
  });
});

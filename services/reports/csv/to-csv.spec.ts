import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import type { CsvRow } from './csv-row.ts';
import { gzipped } from './gzipped.ts';
import { toCsv } from './to-csv.ts';

const run = promisify(execFile);

async function* pagesOf(...pages: readonly (readonly CsvRow[])[]) {
  await Promise.resolve();
  yield* pages;
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const csvOf = (rows: readonly CsvRow[], options?: { bom?: boolean }) =>
  bytesOf(toCsv(['a', 'b', 'c'], pagesOf(rows), options));

describe('a CSV file', () => {
  it('has a line of names and lines of cells, each ended by CRLF, and nothing for an empty cell', async () => {
    const file = await csvOf([
      ['Ada', 1, null],
      ['', -2, 'x'],
    ]);
    expect(file.toString()).toBe('a,b,c\r\nAda,1,\r\n,-2,x\r\n');
  });

  it('has its names where there are no rows, and no line for an empty page', async () => {
    expect((await bytesOf(toCsv(['a'], pagesOf()))).toString()).toBe('a\r\n');
    expect((await bytesOf(toCsv(['a'], pagesOf([], [['x']], [])))).toString()).toBe('a\r\nx\r\n');
  });

  it('begins with a mark of byte order where that is wanted, and once', async () => {
    const file = await bytesOf(toCsv(['a'], pagesOf([['x']], [['y']]), { bom: true }));
    expect([...file.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(file.subarray(3).toString()).toBe('a\r\nx\r\ny\r\n');
  });

  it('puts quotes around what RFC 4180 wants in quotes, and doubles those within', async () => {
    const cells = ['a,b', 'say "x"', 'a\nb', 'a\rb', 'a\r\nb', ' a', 'a '];
    const file = await bytesOf(toCsv(['x'], pagesOf(cells.map((cell) => [cell]))));
    expect(file.toString()).toBe(
      'x\r\n"a,b"\r\n"say ""x"""\r\n"a\nb"\r\n"a\rb"\r\n"a\r\nb"\r\n" a"\r\n"a "\r\n',
    );
  });

  it('keeps numbers and amounts numbers, and neutralises text alone', async () => {
    const file = await csvOf([['=1+1', -5, '-12.50']]);
    expect(file.toString()).toBe("a,b,c\r\n'=1+1,-5,-12.50\r\n");
  });

  it('asks for a page only when what came before it was taken, and ends its source when left', async () => {
    const seen: string[] = [];
    async function* pages(): AsyncGenerator<readonly CsvRow[]> {
      try {
        for (let page = 1; ; page += 1) {
          await Promise.resolve();
          seen.push(`page ${page}`);
          yield [[page]];
        }
      } finally {
        seen.push('ended');
      }
    }
    for await (const chunk of toCsv(['a'], pages())) {
      seen.push(`took ${Buffer.from(chunk).toString().trim()}`);
      if (seen.length > 4) break;
    }
    expect(seen).toEqual(['took a', 'page 1', 'took 1', 'page 2', 'took 2', 'ended']);
  });

  it('fails where its rows fail', async () => {
    async function* failing(): AsyncGenerator<readonly CsvRow[]> {
      yield [['x']];
      await Promise.resolve();
      throw new Error('The database is away');
    }
    await expect(bytesOf(toCsv(['a'], failing()))).rejects.toThrow('The database is away');
    await expect(bytesOf(gzipped(toCsv(['a'], failing())))).rejects.toThrow('is away');
  });
});

describe('a compressed CSV file', () => {
  it('is the same file', async () => {
    const rows = Array.from({ length: 20_000 }, (_, row) => [`line ${row}`, row, null] as const);
    const plain = await csvOf(rows);
    const compressed = await bytesOf(gzipped(toCsv(['a', 'b', 'c'], pagesOf(rows))));
    expect(compressed.length).toBeLessThan(plain.length / 3);
    expect(gunzipSync(compressed).equals(plain)).toBe(true);
  });

  it('asks for no more than it can hold, and ends its source when left', async () => {
    let pages = 0;
    let ended = false;
    const random = seededRandom(1);
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          await Promise.resolve();
          pages += 1;
          yield Buffer.from(Array.from({ length: 20_000 }, () => Math.floor(random() * 256)));
        }
      } finally {
        ended = true;
      }
    }
    let taken = 0;
    for await (const chunk of gzipped(endless())) {
      taken += chunk.length;
      // What waits is what the stream's buffers hold, however slowly it is taken.
      expect(pages * 20_000 - taken).toBeLessThan(400_000);
      if (taken > 2_000_000) break;
    }
    await expect.poll(() => ended).toBe(true);
  });
});

/** Cells that are hard to read, and random ones of the characters that make them so. */
function hardRows(seed: number): string[][] {
  const random = seededRandom(seed);
  const characters = [
    '"',
    ',',
    ';',
    '\r',
    '\n',
    '\r\n',
    ' ',
    "'",
    '=',
    '-',
    '\t',
    'a',
    'ש',
    '🍏',
    '\u2028',
  ];
  const anyCell = () =>
    Array.from(
      { length: Math.floor(random() * 8) },
      () => characters[Math.floor(random() * characters.length)],
    ).join('');
  return [
    ['=HYPERLINK("http://evil.example","Click")', 'say "hello", twice', 'first\r\nsecond\nthird'],
    ['🍏👩‍👩‍👧', 'שלום, עולם', 'مرحبا "بك"'],
    ...Array.from({ length: 200 }, () => ['row', anyCell(), anyCell()]),
  ];
}

/** As a reader gets it back: what begins as a formula has an apostrophe before it. */
const written = (cell: string) => (/^\s*[=\-@+\t\r]/.test(cell) ? `'${cell}` : cell);

const rowsSchema = z.array(z.array(z.string()));
const programs = (process.env['PATH'] ?? '').split(delimiter);
const has = (name: string) => programs.some((folder) => existsSync(join(folder, name)));
const python = ['python3', 'python'].find(has);
const office = ['soffice', 'libreoffice'].find(has);

describe('hard cells come through', () => {
  it.each([1, 2, 3])('csv-parse (seed %d)', async (seed) => {
    const rows = hardRows(seed);
    const file = await csvOf(rows);
    const read = rowsSchema.parse(parse(file, { record_delimiter: '\r\n' }));
    expect(read).toEqual([['a', 'b', 'c'], ...rows.map((row) => row.map(written))]);
  });

  it.runIf(python !== undefined).each([1, 2, 3])("Python's csv (seed %d)", async (seed) => {
    await withFile(await csvOf(hardRows(seed), { bom: true }), async (path) => {
      const script =
        'import csv,json,sys; print(json.dumps(list(csv.reader(open(sys.argv[1],encoding="utf-8-sig",newline=""),strict=True))))';
      const { stdout } = await run(python ?? '', ['-c', script, path], {
        maxBuffer: 10_000_000,
      });
      expect(rowsSchema.parse(JSON.parse(stdout))).toEqual([
        ['a', 'b', 'c'],
        ...hardRows(seed).map((row) => row.map(written)),
      ]);
    });
  });

  it.runIf(office !== undefined)("LibreOffice's import, inert", async () => {
    const cells = [
      ['=HYPERLINK("http://evil.example","Click")', 'say "hello"', 'first\nsecond'],
      ['🍏👩‍👩‍👧', 'שלום, עולם', 'مرحبا'],
      ['＝1+1', '\t=1+1', '-12.50'],
    ];
    await withFile(await csvOf(cells, { bom: true }), async (path, folder) => {
      await run(office ?? '', [
        `-env:UserInstallation=file://${join(folder, 'profile')}`,
        '--headless',
        '--convert-to',
        'fods',
        '--outdir',
        folder,
        path,
      ]);
      const sheet = await readFile(join(folder, 'file.fods'), 'utf8');
      expect(sheet).not.toMatch(/table:formula|xlink:href="http:\/\/evil/);
      for (const text of ['HYPERLINK(', 'say &quot;hello&quot;', '🍏👩‍👩‍👧', 'שלום, עולם', 'مرحبا']) {
        expect(sheet).toContain(text);
      }
      expect(sheet).toContain('office:value="-12.5"');
    });
  });
});

async function withFile(
  content: Buffer,
  use: (path: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ordercast-'));
  try {
    const path = join(folder, 'file.csv');
    await writeFile(path, content);
    await use(path, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

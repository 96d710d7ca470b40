import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { renderPdf } from '@ordercast/services/reports/pdf/render-pdf.ts';
import { bundleLambda } from '../build/bundle-lambda.ts';

/** Measured: 20.8 MB, of which 16.6 are fonts (docs/adr/0019-report-pdf.md). */
const MAX_MB = 24;
const CREATED_AT = Date.UTC(2026, 10, 22, 5);
const DOCUMENT = {
  title: 'Daily orders',
  subtitle: 'Καλημέρα · Привет · Nguyễn · مرحبا · שלום · 日本のお店 · 한국 · 北京 · 🍕',
  blocks: [{ kind: 'note' as const, text: 'The same in a bundle' }],
};
/** Prints a document by the module beside it. */
const PROGRAM = `
  import { renderPdf } from './lambda.mjs';
  const { document, createdAt } = JSON.parse(process.argv[2]);
  for await (const part of renderPdf(document, { createdAt })) process.stdout.write(part);`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordercast-pdf-'));
  const root = resolve(import.meta.dirname, '..');
  await bundleLambda({ root, entry: 'services/reports/pdf/render-pdf.ts', folder });
  await writeFile(join(folder, 'print.mjs'), PROGRAM);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('prints the same bytes from a bundle, where no package of the repository can be found', async () => {
  const argument = JSON.stringify({ document: DOCUMENT, createdAt: CREATED_AT });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(folder, 'print.mjs'), argument],
    { encoding: 'buffer', env: {}, maxBuffer: 10_000_000 },
  );
  const parts: Uint8Array[] = [];
  for await (const part of renderPdf(DOCUMENT, { createdAt: CREATED_AT })) parts.push(part);
  expect(stdout.equals(Buffer.concat(parts))).toBe(true);
});

it('is small enough to start a function with', async () => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))));
  expect(sizes.reduce((sum, { size }) => sum + size, 0) / 1e6).toBeLessThan(MAX_MB);
  expect(await readFile(join(folder, 'lambda.mjs'), 'utf8')).toContain('from"subset-font"');
});

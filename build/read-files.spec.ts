import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { filesReadWith } from './read-files.ts';

const ROOT = resolve(import.meta.dirname, '..');

it('names the fonts of the two weights that are printed and the WebAssembly that cuts them, once each', () => {
  const files = filesReadWith(ROOT, ['subset-font', 'knex', 'subset-font']);
  expect(files).toContain('node_modules/harfbuzzjs/dist/harfbuzz-subset.wasm');
  expect(files).toContain('node_modules/@fontsource-variable/noto-sans-jp/unicode.json');
  expect(files.filter((file) => file.endsWith('.ttf'))).toHaveLength(2);
  expect(files.filter((file) => file.endsWith('.woff2')).length).toBe(372);
  expect(new Set(files).size).toBe(files.length);
});

it('names nothing for what reads no files', () => {
  expect(filesReadWith(ROOT, ['knex', '@aws-sdk/client-sqs'])).toEqual([]);
});

it('says what is not installed', () => {
  expect(() => filesReadWith(import.meta.dirname, ['subset-font'])).toThrow(
    /harfbuzzjs\/package\.json is not installed/,
  );
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const REFERENCE = /`([\w./-]+\.(?:spec|contract)\.ts)` › ([^|·]+?)(?=\s*[|·])/g;

/** Whether a line holds the title of a test, or the words that begin or end one. */
const namesTest = (line: string, title: string) =>
  line.includes(title) && /['"`]/.test(line) && !/^\s*(\/\/|\*)/.test(line);

it.each([
  ['complaints.md', 17],
  ['testing.md', 270],
])(
  'docs/%s names only tests that are there, one at least in each of its %d rows',
  async (name, least) => {
    const page = await readFile(join(ROOT, 'docs', name), 'utf8');
    const rows = page.split('\n').filter((line) => /^\| (?!complaint|fault |-)/.test(line));
    expect(rows.length).toBeGreaterThanOrEqual(least);
    for (const row of rows) {
      const references = [...row.matchAll(REFERENCE)];
      expect(references, row).not.toEqual([]);
      for (const [, file = '', title = ''] of references) {
        const spec = await readFile(join(ROOT, file), 'utf8');
        expect(
          spec.split('\n').some((line) => namesTest(line, title)),
          `${file} › ${title}`,
        ).toBe(true);
      }
    }
  },
);

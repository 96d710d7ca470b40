import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const REFERENCE = /`([\w./-]+\.spec\.ts)` › ([^|·]+?)(?=\s*[|·])/g;

describe('docs/complaints.md', () => {
  it('names only tests that are there, one at least for each complaint', async () => {
    const page = await readFile(join(ROOT, 'docs', 'complaints.md'), 'utf8');
    const rows = page.split('\n').filter((line) => /^\| (?!complaint|-)/.test(line));
    expect(rows.length).toBeGreaterThanOrEqual(17);
    for (const row of rows) {
      const references = [...row.matchAll(REFERENCE)];
      expect(references, row).not.toEqual([]);
      for (const [, file = '', title = ''] of references) {
        const spec = await readFile(join(ROOT, file), 'utf8');
        expect(spec.includes(title), `${file} › ${title}`).toBe(true);
      }
    }
  });
});

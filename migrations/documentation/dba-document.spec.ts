import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
/** The step that the document's own developer writes: it comes after those of the project. */
const EXAMPLE = '20261201090000_orders_by_region.ts';

const document = (await readFile(join(ROOT, 'docs', 'dba.md'), 'utf8')).replaceAll('\r\n', '\n');
const files = await readdir(join(ROOT, 'migrations', 'versions'));
const steps = files.filter((name) => name.endsWith('.ts')).sort();
const last = steps.at(-1) ?? '';
const withExample = steps.length + 1;

/** From its heading to the next one. */
function section(heading: string): string {
  const found = document.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`docs/dba.md has no section "${heading}".`);
  return found;
}

/** What a pattern's groups hold wherever it is found; an output that is gone is no output that is right. */
function found(text: string, pattern: RegExp): string[][] {
  const all = [...text.matchAll(pattern)].map(([, ...groups]) => groups);
  if (all.length === 0) throw new Error(`docs/dba.md has no ${String(pattern)} any more.`);
  return all;
}

/** The outputs of docs/dba.md were printed once; a step that is added since makes them wrong. */
describe('docs/dba.md, where a step is added or renamed,', () => {
  it('names steps that there are, but for its own example', () => {
    for (const [name = ''] of found(document, /\b(\d{14}_\w+\.ts)\b/g)) {
      expect([...steps, EXAMPLE]).toContain(name);
    }
    const versions = [...steps, EXAMPLE].map((name) => name.slice(0, 14));
    for (const [version = ''] of found(document, /\b(20\d{12})\b/g)) {
      expect(versions).toContain(version);
    }
    expect(EXAMPLE > last, 'the example is the newest').toBe(true);
  });

  it('counts all of them in its first install, and begins with the first two', () => {
    const text = section('First install');
    const [first = '', second = ''] = steps;
    expect(found(text, /^up (\d+)\/(\d+) (\S+\.ts)/gm)).toEqual([
      ['1', String(steps.length), first],
      ['1', String(steps.length), first],
    ]);
    expect(found(text, /^Applied (\d+): (\S+), (\S+), …/gm)).toEqual([
      [String(steps.length), first, second],
    ]);
    expect(found(text, /^(\d+) pending of (\d+)\./gm)).toEqual([['0', String(steps.length)]]);
    expect(found(text, /^(\d{14}) {2}(\w+) /gm)).toEqual(
      [first, second].map((name) => [name.slice(0, 14), name.slice(15, -3)]),
    );
  });

  it('counts its example as one more, and lets it follow the last of them', () => {
    const text = section('An upgrade, reviewed and approved');
    expect(found(text, /^(\d+) steps, 1 danger\./gm)).toEqual([[String(withExample)]]);
    expect(found(text, /NOT EXISTS .* N'(\S+\.ts)'\)$/gm)).toEqual([[last]]);
    expect(found(text, /RAISERROR \(N'\S+ was not run: (\S+) must be applied/g)).toEqual([[last]]);
    expect(found(text, /SUBSTRING\(name, 1, 14\) < N'\d{14}'\) < (\d+)/g)).toEqual([
      [String(steps.length)],
    ]);
    const edited = section('An edited step');
    expect(found(edited, /(\d+) of (\d+) steps applied, (\d+) pending/g)).toEqual([
      [String(withExample), String(withExample), '0'],
    ]);
  });

  it('upgrades from the version before the order numbers by all that came since', () => {
    const text = section('The first upgrade of a filled database');
    const [[from = ''] = []] = found(text, /down --to (\d{14})/g);
    const since = steps.filter((name) => name.slice(0, 14) > from);
    const backwards = since.toReversed();
    const counts = (applied: number) => [applied, steps.length, steps.length - applied].map(String);
    expect(found(text, /(\d+) of (\d+) steps applied, (\d+) pending/g)).toEqual([
      counts(steps.length),
      counts(steps.length - since.length),
      counts(steps.length),
    ]);
    const numbered = (names: readonly string[]) =>
      names.map((name, at) => [String(at + 1), String(since.length), name]);
    expect(found(text, /^up (\d+)\/(\d+) (\S+\.ts) done/gm)).toEqual([
      ...numbered(since),
      ...numbered(since),
    ]);
    expect(found(text, /^down (\d+)\/(\d+) (\S+\.ts) done/gm)).toEqual(numbered(backwards));
    const listed = (names: readonly string[]) => [String(since.length), names.join(', ')];
    expect(found(text, /^Applied (\d+): (.+)$/gm)).toEqual([listed(since), listed(since)]);
    expect(found(text, /^Undone (\d+): (.+)$/gm)).toEqual([listed(backwards)]);
    expect(found(text, /^pending: (.+)$/gm)).toEqual(since.map((name) => [name]));
    expect(found(text, /^-- Ordercast, up: (.+)$/gm)).toEqual([[since.join(', ')]]);
  });
});

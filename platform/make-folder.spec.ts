import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('makes a folder and those above it, and leaves one that is there', () => {
  makeFolder(join(folder, 'a', 'b', 'c'));
  makeFolder(join(folder, 'a', 'b', 'c'));
  expect(statSync(join(folder, 'a', 'b', 'c')).isDirectory()).toBe(true);
  for (const made of [join(folder, 'a'), join(folder, 'a', 'b')]) {
    expect(statSync(made).mode & 0o077).toBe(0);
  }
});

it('throws where a file is in the way', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolder(join(folder, 'file', 'below'))).toThrow('ENOTDIR');
});

it.runIf(existsSync('/proc/self'))(
  'throws where the system allows none, and does not wait for ever',
  () => {
    expect(() => makeFolder('/proc/self/data/below')).toThrow('ENOENT');
  },
);

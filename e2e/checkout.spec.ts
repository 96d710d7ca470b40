import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const run = promisify(execFile);

it('is checked out with the same bytes by a git that makes line ends those of Windows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ordercast-checkout-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const me = [
    '-c',
    'user.name=Ada',
    '-c',
    'user.email=ada@example.com',
    '-c',
    'core.autocrlf=true',
  ];
  const git = (...args: string[]) => run('git', [...me, ...args], { cwd: folder });
  const files = ['a.ts', 'b.svelte', 'c.md', 'd.json', 'e.sql', 'f.pem', 'LICENSE', 'run'];
  await copyFile(join(ROOT, '.gitattributes'), join(folder, '.gitattributes'));
  await Promise.all(files.map((file) => writeFile(join(folder, file), 'one\ntwo\n')));
  const picture = await readFile(join(ROOT, 'docs', 'screenshot.png'));
  await writeFile(join(folder, 'picture.png'), picture);
  await git('init', '--quiet');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'all');
  await Promise.all([...files, 'picture.png'].map((file) => unlink(join(folder, file))));
  await git('checkout', '--quiet', '.');
  for (const file of files) {
    expect(await readFile(join(folder, file), 'utf8'), file).toBe('one\ntwo\n');
  }
  expect(await readFile(join(folder, 'picture.png'))).toEqual(picture);
});

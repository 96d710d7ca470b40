import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runMigrate } from '../testing/run-migrate.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

let folder: string;
let steps: StepFolder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordercast-lost-'));
  steps = await openStepFolder();
  await steps.write(1, 'one', { up: statements('CREATE TABLE one (id int)'), down: '' });
});
afterEach(async () => {
  await steps.remove();
  await rm(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const url = () => ({ DATABASE_URL: `sqlite:${at('shop.db')}` });
const migrate = (...args: readonly string[]) =>
  runMigrate([...args, '--directory', steps.path], url());

/** Runs a command as `$@` of a script, which leaves its exit code in the file `code`. */
async function inShell(script: string, args: readonly string[]) {
  execFileSync('sh', ['-c', script, process.execPath, MAIN, ...args, '--directory', steps.path], {
    cwd: folder,
    env: { ...process.env, ...url() },
  });
  const [code, err] = await Promise.all([
    readFile(at('code'), 'utf8'),
    readFile(at('err'), 'utf8'),
  ]);
  return { code: Number(code), err };
}

/** A pipe whose reader is there and leaves before the command begins. */
const withoutReader = (command: string) =>
  `mkfifo pipe; true < pipe & exec 3> pipe; wait; ${command}; echo $? > code`;

describe.skipIf(process.platform === 'win32')('a command whose reader has left', () => {
  it.each([
    ['verify', 0],
    ['verify --pending-fails', 3],
    ['status --json', 0],
    ['up', 0],
    ['down --to 0', 5],
    ['frobnicate', 2],
    ['up --json --frob', 2],
  ])('%s ends with its own exit code, and quietly', async (command, expected) => {
    await migrate('up');
    await steps.write(2, 'two', { up: statements('CREATE TABLE two (id int)'), down: '' });
    const { code, err } = await inShell(withoutReader('"$0" "$@" >&3 2> err'), command.split(' '));
    expect(code).toBe(expected);
    expect(err).not.toMatch(/EPIPE|\n {4}at /);
  });

  it('does all of its work where nobody reads what goes on either', async () => {
    const { code } = await inShell(
      withoutReader('"$0" "$@" >&3 2>&3; code=$?; : > err; (exit $code)'),
      ['up'],
    );
    expect(code).toBe(0);
    expect((await migrate('verify')).out).toContain('Sound: 1 of 1');
  });
});

describe.skipIf(!existsSync('/dev/full'))('a command whose answer has no room', () => {
  const FULL = '"$0" "$@" > /dev/full 2> err; echo $? > code';

  it.each([
    ['up', 'What "up" does is done, and stays: "status" shows it.'],
    ['up --dry-run', 'Nothing was changed: run it again.'],
    ['status', 'Nothing was changed: run it again.'],
  ])('%s says so, and what was done', async (command, words) => {
    if (command !== 'up') await migrate('up', '--to', '0');
    const { code, err } = await inShell(FULL, command.split(' '));
    expect(code).toBe(1);
    expect(err).toContain('The answer cannot be written to standard output: ENOSPC');
    expect(err).toContain(words);
    expect(err).not.toMatch(/\n {4}at /);
    const { out } = await migrate('status', '--json');
    expect(JSON.parse(out)).toMatchObject({ pending: command === 'up' ? 0 : 1 });
  });

  it('keeps the exit code of what it found', async () => {
    await migrate('up', '--to', '0');
    const { code } = await inShell(FULL, ['verify', '--pending-fails']);
    expect(code).toBe(3);
  });

  it('says of --output what it says of standard output, and not that the database is full', async () => {
    const { code, out, err } = await migrate('up', '--output', '/dev/full');
    expect([code, out]).toEqual([1, 'Applied 1: 20300101000000_one.ts\n']);
    expect(err).toContain('The answer cannot be written to /dev/full (ENOSPC');
    expect(err).not.toContain('database');
  });
});

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataFolder } from './data-folder.ts';

let folder: string;
let path: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
  path = join(folder, 'data');
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  child = undefined;
  rmSync(folder, { recursive: true });
});

/** Those below a folder, it included, that others than their owner may use in any way. */
function open(to: string): string[] {
  const names = ['.', ...readdirSync(to, { recursive: true, encoding: 'utf8' })];
  return names.filter((name) => (statSync(join(to, name)).mode & 0o077) !== 0);
}

/** Starts everything from a shell that lets all users write new files; resolves when it is ready. */
async function startOpenHanded(): Promise<void> {
  const main = join(import.meta.dirname, 'main.ts');
  const started = spawn(
    '/bin/sh',
    ['-c', 'umask 000; exec "$0" "$@"', process.execPath, main, '--data', path],
    { env: { PATH: process.env.PATH, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  child = started;
  const ready = once(createInterface(started.stdout), 'line');
  await Promise.race([ready, once(started, 'exit')]);
  expect(started.exitCode).toBeNull();
}

describe.skipIf(process.platform === 'win32')('the data of a laptop', () => {
  it('is its owner’s alone while the system runs, whatever the umask is', async () => {
    await startOpenHanded();
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
    for (const name of [
      'ordercast.db-wal',
      'cognito/pool.json',
      'dynamodb/LOG',
      'logs/ordercast.log',
    ]) {
      expect(names).toContain(name);
    }
    expect(open(path)).toEqual([]);
  });

  it('is made so again where an older start left it open', () => {
    mkdirSync(join(path, 'dynamodb'), { recursive: true });
    for (const name of ['ordercast.db', 'ordercast.db-wal', 'dynamodb/LOG']) {
      writeFileSync(join(path, name), '');
      chmodSync(join(path, name), 0o666);
    }
    chmodSync(join(path, 'dynamodb'), 0o777);
    chmodSync(path, 0o777);
    const data = openDataFolder({ path, fresh: false, ephemeral: false });
    expect(open(path)).toEqual([]);
    data.release();
  });

  it('leaves alone what is somebody’s own, and the folder that holds it', () => {
    mkdirSync(path);
    writeFileSync(join(path, 'thesis.txt'), 'years of work');
    chmodSync(join(path, 'thesis.txt'), 0o644);
    chmodSync(path, 0o755);
    const data = openDataFolder({ path, fresh: false, ephemeral: false });
    expect(open(path)).toEqual(['.', 'thesis.txt']);
    data.release();
  });
});

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSystemProcess } from './testing/system-process.ts';
import type { SystemProcess } from './testing/system-process.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { MAY_MOUNT, smallDisk } from '@ordercast/platform/testing/small-disk.ts';
import { placeOrder, signInAs } from './testing/person.ts';

const run = promisify(execFile);
const NPM_START = ['npm', 'start', '--silent', '--'];
const running: SystemProcess[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((system) => system.stop('SIGKILL')));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function npmStart(args: string[], env: Record<string, string> = {}): Promise<SystemProcess> {
  const system = await startSystemProcess(args, env, NPM_START);
  running.push(system);
  return system;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
  folders.push(folder);
  return folder;
}

async function isGone(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}

describe('npm start', () => {
  it('says in one line where it is and who may sign in, and stops on SIGTERM', async () => {
    const system = await npmStart(['--ephemeral']);
    expect(system.output().trim().split('\n')).toEqual([system.ready]);
    expect(system.ready).toMatch(/^ready http:\/\/localhost:\d+ /);
    for (const word of ['ada@', 'grace@', 'sam@', 'alex@', 'Ordercast-demo-1']) {
      expect(system.ready).toContain(word);
    }
    expect((await fetch(system.url)).status).toBe(200);
    await system.stop('SIGTERM');
    await expect.poll(() => isGone(system.url)).toBe(true);
  });

  it('stops on Ctrl-C, which reaches the whole group', async () => {
    const system = await startSystemProcess(['--ephemeral'], {}, NPM_START, { detached: true });
    running.push(system);
    if (system.child.pid === undefined) throw new Error('not started');
    const exited = once(system.child, 'exit');
    process.kill(-system.child.pid, 'SIGINT');
    await exited;
    await expect.poll(() => isGone(system.url)).toBe(true);
    expect(system.errors()).toBe('');
  });

  it('leaves nothing running when npm itself is killed', async () => {
    const system = await npmStart(['--ephemeral']);
    await system.stop('SIGKILL');
    await expect.poll(() => isGone(system.url)).toBe(true);
  });

  it('keeps its data, and begins anew with --fresh', async () => {
    // Characters that addresses and patterns give a meaning.
    const data = join(temporaryFolder(), "Ada's #1? 100%25 [*]");
    const first = await npmStart(['--data', data]);
    const ada = await signInAs(first.url, 'ada@example.com');
    const order = await placeOrder(ada);
    const port = { PORT: new URL(first.url).port };
    await first.stop('SIGTERM');

    const second = await npmStart(['--data', data], port);
    expect((await ada.call('GET', `/orders/${order.id}`)).status).toBe(200);
    await second.stop('SIGTERM');

    const third = await npmStart(['--data', data, '--fresh'], port);
    const again = await signInAs(third.url, 'ada@example.com');
    expect((await again.call('GET', `/orders/${order.id}`)).status).toBe(404);
  });

  it('says what to do where the port is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = address !== null && typeof address === 'object' ? String(address.port) : '';
    const refused = npmStart(['--ephemeral'], { PORT: port });
    await expect(refused).rejects.toThrow(
      new RegExp(`ended with 1: Port ${port} is in use\\. Stop .* PORT=\\d+ npm start`),
    );
    blocker.close();
  });

  it('refuses data of a newer version with what to do', async () => {
    const data = temporaryFolder();
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'format.json'), '{"format":999}');
    await expect(npmStart(['--data', data])).rejects.toThrow(/newer Ordercast.*--fresh/);
  });

  it.each([
    ['start', '--help'],
    ['start', '-h'],
    ['run', 'migrate', '--help'],
    ['run', 'migrate', '-h'],
    ['run', 'bench', '--help'],
    ['run', 'bench', '-h'],
    ['run', 'simulate', '--help'],
    ['run', 'simulate', '-h'],
    ['run', 'smoke', '--help'],
    ['run', 'smoke', '-h'],
    ['run', 'report', '--help'],
    ['run', 'report', '-h'],
  ])('of npm %s %s the options can be asked for', async (...words) => {
    const flag = words.pop() ?? '';
    const { stdout, stderr } = await run('npm', ['--silent', ...words, '--', flag]);
    expect(stdout).toContain(`npm ${words.join(' ')} -- `);
    expect(stdout).toMatch(/-h, --help +this text/);
    expect(stdout).not.toMatch(/^ready/m);
    expect(stderr).toBe('');
  });

  it('refuses what it does not understand', async () => {
    await expect(npmStart(['--fesh'])).rejects.toThrow(
      /ended with 2: Unknown option '--fesh'.*Usage/s,
    );
    await expect(npmStart(['--ephemeral', '--data', 'here'])).rejects.toThrow(
      /ephemeral.*--data.*Usage/s,
    );
  });

  it('says in one sentence what to do about a file where the folder should be', async () => {
    const data = join(temporaryFolder(), 'file');
    writeFileSync(data, '');
    await expect(npmStart(['--data', data])).rejects.toThrow(
      /^ended with 1: Data cannot be kept in .*npm start -- --data <folder>\n$/,
    );
  });

  it.runIf(MAY_MOUNT)('says in one sentence what to do about a full disk', async () => {
    const disk = await smallDisk(20);
    await expect(npmStart(['--data', join(disk, 'data')])).rejects.toThrow(
      /^ended with 1: The disk that holds .* is full: \d+ MB are free, .*--data <folder>.*\n$/,
    );
    await expect(npmStart(['--ephemeral'], { TMPDIR: disk })).rejects.toThrow(
      /^ended with 1: The disk that holds .* is full: .*TMPDIR=<folder>.*\n$/,
    );
    expect(readdirSync(disk).filter((name) => name.startsWith('ordercast'))).toEqual([]);
  });

  it.each([
    ['mssql://sa:secret-1@127.0.0.1:1/orders', /The database cannot be reached/],
    ['sqlite:/etc', /sqlite|unable to open|database/i],
  ])('says in one sentence what to do about the database %s', async (DATABASE_URL, reason) => {
    const refused = npmStart(['--ephemeral'], { DATABASE_URL });
    await expect(refused).rejects.toThrow(/^ended with 1: .+\n$/);
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.not.toThrow('secret-1');
  });

  it('leaves nothing behind when its terminal is closed, which sends several signals', async () => {
    const TMPDIR = temporaryFolder();
    const system = await startSystemProcess(['--ephemeral'], { TMPDIR });
    running.push(system);
    const exited = once(system.child, 'exit');
    system.child.kill('SIGHUP');
    system.child.kill('SIGTERM');
    await exited;
    expect(system.child.exitCode).toBe(0);
    expect(readdirSync(TMPDIR).filter((name) => name.startsWith('ordercast'))).toEqual([]);
  });

  it('leaves nothing behind when it is stopped while it starts', async () => {
    const TMPDIR = temporaryFolder();
    const child = spawn(process.execPath, ['local/main.ts', '--ephemeral'], {
      env: { ...process.env, PORT: '0', TMPDIR },
      stdio: 'ignore',
    });
    const exited = once(child, 'exit');
    const folders = () => readdirSync(TMPDIR).filter((name) => name.startsWith('ordercast'));
    await expect.poll(folders, { interval: 5 }).toHaveLength(1);
    child.kill('SIGTERM');
    await exited;
    expect(child.exitCode).toBe(0);
    expect(folders()).toEqual([]);
  });

  it('says in one sentence what to do about an address that is none of this machine', async () => {
    await expect(npmStart(['--ephemeral'], { LISTEN_HOST: '203.0.113.7' })).rejects.toThrow(
      /^ended with 1: 203\.0\.113\.7 is no address of this machine .*LISTEN_HOST.*\n$/,
    );
  });
});

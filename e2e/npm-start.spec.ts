import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSystemProcess } from '@ordercast/local/system-process.ts';
import type { SystemProcess } from '@ordercast/local/system-process.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { placeOrder, signInAs } from './person.ts';

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
    await expect.poll(() => isGone(system.url), { timeout: 30_000 }).toBe(true);
  });

  it('stops on Ctrl-C, which reaches the whole group', async () => {
    const system = await startSystemProcess(['--ephemeral'], {}, NPM_START, { detached: true });
    running.push(system);
    if (system.child.pid === undefined) throw new Error('not started');
    const exited = once(system.child, 'exit');
    process.kill(-system.child.pid, 'SIGINT');
    await exited;
    await expect.poll(() => isGone(system.url), { timeout: 30_000 }).toBe(true);
    expect(system.errors()).toBe('');
  });

  it('leaves nothing running when npm itself is killed', async () => {
    const system = await npmStart(['--ephemeral']);
    await system.stop('SIGKILL');
    await expect.poll(() => isGone(system.url), { timeout: 30_000 }).toBe(true);
  });

  it('keeps its data, and begins anew with --fresh', async () => {
    const data = temporaryFolder();
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

  it('refuses what it does not understand', async () => {
    await expect(npmStart(['--fesh'])).rejects.toThrow(/Unknown option '--fesh'.*Usage/s);
  });
});

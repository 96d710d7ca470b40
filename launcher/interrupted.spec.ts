import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { otherNpm } from './testing/other-npm.ts';
import { RAN, smallProject } from './testing/small-project.ts';

/** An npm that never comes to its end and does not let itself be told to. */
const STUBBORN = `
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
require('fs').writeFileSync('npm.pid', String(process.pid));
setInterval(() => undefined, 1000);
`;

async function installing() {
  const project = await smallProject();
  await project.add('devDependencies', { name: 'tool' });
  const env = { ...process.env, ...(await otherNpm(project, STUBBORN)) };
  const pidFile = join(project.root, 'npm.pid');
  const npmPid = async () => {
    await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '').toBe(true);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    onTestFinished(() => {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    });
    return pid;
  };
  return {
    project,
    env,
    npmPid,
    launcher: [join(project.root, 'launcher', 'launch.js'), 'migrate'],
  };
}

/** One that has ended, and that nobody has asked about yet, still answers signals: Linux tells. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const status = `/proc/${pid}/status`;
    return !existsSync(status) || !/^State:\s*Z/m.test(readFileSync(status, 'utf8'));
  } catch {
    return false;
  }
}

describe('an installation that is interrupted', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s leaves no npm behind, and the next one is whole', async (signal, code) => {
    const { project, env, npmPid, launcher } = await installing();
    const child = spawn(process.execPath, launcher, { cwd: project.root, env, stdio: 'ignore' });
    const npm = await npmPid();
    child.kill(signal);
    await once(child, 'exit');
    expect(child.exitCode).toBe(code);
    await expect.poll(() => isAlive(npm)).toBe(false);
    expect(await project.launch()).toMatchObject({ code: 0, out: RAN });
    expect(existsSync(join(project.root, 'node_modules', 'tool', 'package.json'))).toBe(true);
  });

  it('by the end of the npm that began it leaves nothing behind, however that ended', async () => {
    const { project, env, npmPid, launcher } = await installing();
    const caller = join(project.root, 'caller.js');
    const options = "{ stdio: 'ignore' }";
    const call = `require('child_process').spawn(process.execPath, ${JSON.stringify(launcher)}, ${options})`;
    await writeFile(
      join(project.root, 'caller.cjs'),
      `console.log(${call}.pid); setInterval(() => 0, 1000);`,
    );
    const child = spawn(process.execPath, [caller.replace(/js$/, 'cjs')], {
      cwd: project.root,
      env: { ...env, npm_lifecycle_event: 'migrate' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lines = createInterface({ input: child.stdout });
    const launcherPid = new Promise<number>((resolve) => {
      lines.once('line', (line) => resolve(Number(line)));
    });
    const pids = [await launcherPid, await npmPid()];
    child.kill('SIGKILL');
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  });
});

describe('the Node that comes with the packages', () => {
  const platform = { os: [process.platform], cpu: [process.arch] };
  const add = (text: string) => ({
    name: 'node-other',
    more: { bin: { node: 'bin/node' }, ...platform },
    files: { 'bin/node': text },
  });
  const linked = (root: string) => existsSync(join(root, 'node_modules', '.bin', 'node'));

  it('is taken away where it does not run, and not asked for again', async () => {
    const project = await smallProject();
    await project.add('optionalDependencies', add('#!/no/such/loader\n'));
    expect(await project.launch()).toMatchObject({ code: 0, out: RAN });
    expect(linked(project.root)).toBe(false);
    expect(await project.launch()).toEqual({ code: 0, out: RAN, errors: '' });
  });

  it('is left where it fails for another reason, which may pass', async () => {
    const project = await smallProject();
    await project.add('optionalDependencies', add('#!/bin/sh\nexit 1\n'));
    await project.launch();
    expect(linked(project.root)).toBe(true);
  });

  it('comes back when it has gone', async () => {
    const project = await smallProject();
    await project.add('optionalDependencies', add('#!/bin/sh\n'));
    await project.launch();
    const binary = join(project.root, 'node_modules', 'node-other', 'bin', 'node');
    await rm(binary);
    expect(await project.launch()).toMatchObject({ code: 0, out: RAN });
    expect(existsSync(binary)).toBe(true);
  });
});

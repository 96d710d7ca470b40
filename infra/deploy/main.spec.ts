import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

function launch(...args: string[]) {
  const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['launcher/launch.js', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}

describe.each(['deploy', 'destroy'])('npm run %s', (command) => {
  it('prints what it takes', () => {
    const { status, stdout, stderr } = launch(command, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^npm run ${command} -- --stage <stage>`));
  });

  it('refuses what it does not take, before it asks AWS', () => {
    const { status, stdout, stderr } = launch(command, '--stage', 'dev', '--force');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Unknown option '--force'/);
  });
});

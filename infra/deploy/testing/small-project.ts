import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Says what it was asked to do, and ends well where both passwords came by the environment. */
const SMOKE = `
console.log('smoke', ...process.argv.slice(2));
const { SMOKE_CUSTOMER_PASSWORD, SMOKE_STAFF_PASSWORD } = process.env;
process.exit(SMOKE_CUSTOMER_PASSWORD && SMOKE_STAFF_PASSWORD ? 0 : 1);
`;

/** Takes the words of docker that a deployment uses; what is pushed goes to the registry that REGISTRY names. */
const DOCKER = `#!${process.execPath}
const { readFileSync } = require('node:fs');
const [command, ...args] = process.argv.slice(2);
const password = command === 'login' ? readFileSync(0, 'utf8') : '';
console.log('docker', command, ...args);
if (command === 'login' && password !== 'registry-password') process.exit(1);
if (command === 'push') {
  fetch(process.env.REGISTRY + '/registry/push?name=' + encodeURIComponent(args[0]), { method: 'PUT' }).then(
    ({ ok }) => process.exit(ok ? 0 : 1),
  );
}
`;

/** A repository of git that can be deployed, and a folder with a docker for the PATH. */
export function makeSmallProject(home: string): { root: string; bin: string } {
  const root = join(home, 'project');
  const bin = join(home, 'bin');
  const files = {
    [join(root, '.gitignore')]: 'certificates/*.pem\nweb/dist\n',
    [join(root, 'certificates/global-bundle.pem')]: 'authorities',
    [join(root, 'web/dist/index.html')]: '<!doctype html>',
    [join(root, 'web/dist/assets/main.js')]: 'start()',
    [join(root, 'web/dist/.built-from.json')]: '{}',
    [join(root, 'e2e/smoke/main.ts')]: SMOKE,
    [join(bin, 'docker')]: DOCKER,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o755 });
  }
  const git = (...args: string[]) => spawnSync('git', args, { cwd: root, env: GIT });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Begin');
  return { root, bin };
}

/** Nobody's own settings of git. */
const GIT = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  // The same files are the same commit.
  GIT_AUTHOR_DATE: '2026-11-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-11-01T00:00:00Z',
  GIT_AUTHOR_NAME: 'Somebody',
  GIT_AUTHOR_EMAIL: 'somebody@example.org',
  GIT_COMMITTER_NAME: 'Somebody',
  GIT_COMMITTER_EMAIL: 'somebody@example.org',
};

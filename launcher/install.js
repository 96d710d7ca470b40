import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Installs exactly what the lock file names, where it is not installed yet. Output: stderr. */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  console.error('Installing dependencies (the first time, or after a change of versions)…');
  // The launcher itself may run on any Node; npm is the one that the user called, else the PATH's.
  const npm = process.env.npm_execpath;
  const [file, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  // A tree that is only outdated is brought up to date in place, under whatever runs from it.
  const verb = existsSync(join(root, 'node_modules')) ? 'install' : 'ci';
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' };
  const code = await new Promise((resolve, reject) => {
    spawn(file, [...first, verb, '--no-audit', '--no-fund', '--loglevel=error'], options)
      .on('error', reject)
      .on('exit', resolve);
  });
  if (code !== 0) {
    throw new Error('Installing dependencies failed. Read the lines above, then try again.');
  }
}

/** What was installed last: the lock file's hash, written when an install has ended well. */
const stampOf = (root) => join(root, 'node_modules', '.ordercast-installed');

function isInstalled(root) {
  const stamp = stampOf(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash(root);
}

/** npm runs this after every install, also one that a person began. */
export function markInstalled(root) {
  writeFileSync(stampOf(root), lockHash(root));
}

function lockHash(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

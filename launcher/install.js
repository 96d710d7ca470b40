import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Installs exactly what the lock file names, where it is not installed yet. Output: stderr. */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  console.error('Installing dependencies (the first time, or after a change of versions)…');
  // The launcher itself may run on any Node; npm is the one that the user called, else the PATH's.
  const npm = process.env.npm_execpath;
  const [file, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' };
  const code = await new Promise((resolve, reject) => {
    spawn(file, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], options)
      .on('error', reject)
      .on('exit', resolve);
  });
  if (code !== 0) {
    throw new Error('Installing dependencies failed. Read the lines above, then try again.');
  }
}

/** npm writes its own lock file last, so an interrupted or outdated install shows. */
function isInstalled(root) {
  const written = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(written)) return false;
  return statSync(written).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

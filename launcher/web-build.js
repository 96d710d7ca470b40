import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNode } from './node.js';

/** All that the built page is made of. */
const SOURCES = [
  'web',
  'services/contract',
  'websocket/client',
  'websocket/protocol',
  'package-lock.json',
];
const PASSED_OVER = new Set(['node_modules', 'dist', '.vite']);

/** Builds the single-page app into `web/dist` where its sources have changed. Output: stderr. */
export async function ensureWebBuild(root) {
  const stamp = join(root, 'web', 'dist', '.sources.sha256');
  const wanted = hashOf(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Building the web app (its sources changed)…');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const code = await new Promise((resolve, reject) => {
    spawn(findNode(root), [vite, 'build', '--logLevel', 'warn'], {
      cwd: join(root, 'web'),
      stdio: ['ignore', 2, 2],
    })
      .on('error', reject)
      .on('exit', resolve);
  });
  if (code !== 0) throw new Error('Building the web app failed. Read the lines above.');
  writeFileSync(stamp, wanted);
}

function hashOf(root) {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const path of filesOf(join(root, source))) {
      hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
    }
  }
  return hash.digest('hex');
}

function filesOf(path) {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
  return entries
    .filter((entry) => !PASSED_OVER.has(entry.name) && !entry.name.endsWith('.spec.ts'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesOf(join(path, entry.name)) : [join(path, entry.name)],
    );
}

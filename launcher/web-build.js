import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runCaptured } from './captured.js';
import { programEnvironment } from './environment.js';
import { mustBeWritable } from './folder.js';
import { findNode } from './node.js';
import { startProgress } from './progress.js';

/** All that the built page is made of. */
const SOURCES = [
  'web',
  'services/contract',
  'websocket/client',
  'websocket/protocol',
  'package-lock.json',
];
const PASSED_OVER = new Set(['node_modules', 'dist', '.vite']);
const STAMP = '.built-from.json';

/**
 * Builds the single-page app into `web/dist` where its sources have changed or what was built is not
 * there as it was. Output: stderr.
 */
export async function ensureWebBuild(root) {
  const dist = join(root, 'web', 'dist');
  const sources = hashOf(root, SOURCES);
  if (isBuilt(dist, sources)) return;
  mustBeWritable(existsSync(dist) ? dist : join(root, 'web'), 'npm run build');
  const progress = startProgress(() => ({ text: 'Building the web app' }));
  const { code, output } = await runVite(root);
  progress.stop();
  if (code !== 0) throw new Error(`${output.trim()}\n\n${explain(output)}`);
  if (output !== '') process.stderr.write(output);
  writeFileSync(join(dist, STAMP), JSON.stringify({ sources, built: hashOf(dist, ['.']) }));
}

function isBuilt(dist, sources) {
  try {
    const stamp = JSON.parse(readFileSync(join(dist, STAMP), 'utf8'));
    return stamp.sources === sources && stamp.built === hashOf(dist, ['.']);
  } catch {
    return false;
  }
}

function runVite(root) {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  return runCaptured(findNode(root), [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(root, 'web'),
    env: { ...programEnvironment(process.env), NODE_ENV: 'production' },
  });
}

function explain(output) {
  return /\bENOSPC\b|\bEDQUOT\b/.test(output)
    ? 'Building the web app failed: the disk is full. Free some of it, then try again.'
    : 'Building the web app failed. Read the lines above.';
}

function hashOf(root, names) {
  const hash = createHash('sha256');
  for (const name of names) {
    for (const path of filesOf(join(root, name))) {
      hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
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
  // An editor's lock may be a link to nowhere.
  return entries
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .filter(({ name }) => !PASSED_OVER.has(name) && name !== STAMP && !name.endsWith('.spec.ts'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesOf(join(path, entry.name)) : [join(path, entry.name)],
    );
}

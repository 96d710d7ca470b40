import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { runCaptured } from './captured.js';
import { programEnvironment } from './environment.js';
import { mustBeWritable } from './folder.js';
import { findNode } from './node.js';
import { startProgress } from './progress.js';

const NO_SOURCES = new Set(['node_modules', 'dist', '.vite']);
const STAMP = '.built-from.json';

/**
 * Runs a build where its sources have changed or what was built is not there as it was. Output: stderr.
 * `what` names the result in messages, `sources` and `dist` are paths relative to `root`, `script` is what Node runs
 * (a path and arguments) in the folder `cwd`.
 */
export async function ensureBuilt(root, { what, sources: names, dist: folder, script, cwd = '.' }) {
  const dist = join(root, folder);
  const sources = hashOf(root, names, NO_SOURCES);
  if (isBuilt(dist, sources)) return;
  mustBeWritable(nearestFolder(dist), 'npm run build');
  const progress = startProgress(() => ({ text: `Building ${what}` }));
  const { code, output } = await runCaptured(findNode(root), script, {
    cwd: join(root, cwd),
    env: { ...programEnvironment(process.env), NODE_ENV: 'production' },
  });
  progress.stop();
  if (code !== 0) throw new Error(`${output.trim()}\n\n${explain(what, output)}`);
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

/** The folder itself, or the one in which it will be made. */
function nearestFolder(path) {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

function explain(what, output) {
  return /\bENOSPC\b|\bEDQUOT\b/.test(output)
    ? `Building ${what} failed: the disk is full. Free some of it, then try again.`
    : `Building ${what} failed. Read the lines above.`;
}

function hashOf(root, names, passedOver = new Set()) {
  const hash = createHash('sha256');
  for (const name of names) {
    for (const path of filesOf(join(root, name), passedOver)) {
      hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
    }
  }
  return hash.digest('hex');
}

function filesOf(path, passedOver) {
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
    .filter(({ name }) => !passedOver.has(name) && name !== STAMP && !name.endsWith('.spec.ts'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesOf(join(path, entry.name), passedOver) : [join(path, entry.name)],
    );
}

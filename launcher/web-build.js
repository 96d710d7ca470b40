import { join } from 'node:path';
import { ensureBuilt } from './ensure-built.js';

/** All that the built page is made of. */
const SOURCES = [
  'web',
  'services/contract',
  'websocket/client',
  'websocket/protocol',
  'package-lock.json',
];

/** Builds the single-page app into `web/dist` where that is not there as its sources say. Output: stderr. */
export async function ensureWebBuild(root) {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  await ensureBuilt(root, {
    what: 'the web app',
    sources: SOURCES,
    dist: 'web/dist',
    script: [vite, 'build', '--logLevel', 'warn'],
    cwd: 'web',
  });
}

import { ensureBuilt } from './ensure-built.js';

/** All that the bundles are made of. */
const SOURCES = ['build', 'certificates', 'platform', 'services', 'websocket', 'package-lock.json'];

/** Builds the Lambda bundles into `dist/lambda` where they are not there as their sources say. Output: stderr. */
export async function ensureLambdaBuild(root) {
  await ensureBuilt(root, {
    what: 'the Lambda bundles',
    sources: SOURCES,
    dist: 'dist/lambda',
    script: ['build/main.ts'],
  });
}

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bundleLambda } from './bundle-lambda.ts';
import { LAMBDA_FUNCTIONS } from './lambda-functions.ts';

/** Run by `npm run build`: makes `dist/lambda/` anew, with a folder for each function that there is. */
const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist', 'lambda');

await rm(dist, { recursive: true, force: true });
for (const [name, entry] of Object.entries(LAMBDA_FUNCTIONS)) {
  if (existsSync(join(root, entry))) await bundleLambda({ root, entry, folder: join(dist, name) });
}

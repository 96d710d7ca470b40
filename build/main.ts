import { existsSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { bundleLambda } from './bundle-lambda.ts';
import { LAMBDA_FUNCTIONS, TRACING } from './lambda-functions.ts';
import type { LambdaFunction } from './lambda-functions.ts';

/** Run by `npm run build`: makes `dist/lambda/` anew, with a folder for each function that there is. */
const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist', 'lambda');
const isThere = (path: string) => existsSync(join(root, path));

await rm(dist, { recursive: true, force: true });
for (const [name, { entry, files = [] }] of Object.entries<LambdaFunction>(LAMBDA_FUNCTIONS)) {
  if (!isThere(entry)) continue;
  const folder = join(dist, name);
  await bundleLambda({ root, entry, folder, tracing: TRACING });
  for (const path of files.filter(isThere))
    await copyFile(join(root, path), join(folder, basename(path)));
}

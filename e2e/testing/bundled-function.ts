import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { bundleLambda } from '../../build/bundle-lambda.ts';
import { LAMBDA_FUNCTIONS, TRACING } from '../../build/lambda-functions.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Bundles a function for a file of specs, where nothing of this repository's packages can be found. */
export function bundledFunction(name: keyof typeof LAMBDA_FUNCTIONS) {
  const { entry } = LAMBDA_FUNCTIONS[name];
  let home = '';
  const bundleAs = (folder: string) =>
    bundleLambda({ root: ROOT, entry, folder, tracing: TRACING });
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'ordercast-bundle-'));
    await bundleAs(join(home, name));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));
  return {
    /** The sources' own module. */
    entry: join(ROOT, entry),
    folder: () => join(home, name),
    module: () => join(home, name, 'lambda.mjs'),
    /** Makes it once more, in another folder. */
    again: async () => {
      const folder = join(home, 'elsewhere', 'again');
      await bundleAs(folder);
      return folder;
    },
  };
}

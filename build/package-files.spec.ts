import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundleLambda } from './bundle-lambda.ts';

const PACKAGE = JSON.stringify({ name: '@smithy/core', main: 'index.js' });

/** A tree with these files; the bundle of its `lambda.js` is made beside it. */
async function bundleOf(files: Record<string, string>) {
  const home = await mkdtemp(join(tmpdir(), 'ordercast-build-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const root = join(home, 'project');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const folder = join(home, 'bundle');
  await bundleLambda({ root, entry: 'lambda.js', folder });
  return {
    packages: async () =>
      (await readdir(join(folder, 'node_modules'), { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
        .sort(),
    code: () => readFile(join(folder, 'lambda.mjs'), 'utf8'),
  };
}

describe('packages beside a bundle', () => {
  it('are of each the files that can be loaded, asked for or not, and its package.json', async () => {
    const { packages, code } = await bundleOf({
      'lambda.js': `export { now } from '@smithy/core';`,
      'node_modules/@smithy/core/package.json': PACKAGE,
      'node_modules/@smithy/core/index.js': `
        exports.now = () => require('./now.js');
        exports.later = () => import('later');
        exports.other = () => require('not-installed');`,
      'node_modules/@smithy/core/now.js': '',
      'node_modules/@smithy/core/index.d.ts': '',
      'node_modules/@smithy/core/for-bundlers.js': '',
      'node_modules/later/package.json': '{ "name": "later" }',
      'node_modules/later/index.js': '',
    });
    expect(await packages()).toEqual([
      'node_modules/@smithy/core/index.js',
      'node_modules/@smithy/core/now.js',
      'node_modules/@smithy/core/package.json',
      'node_modules/later/index.js',
      'node_modules/later/package.json',
    ]);
    expect(await code()).toContain('from"@smithy/core"');
  });

  it('are those that Node finds, not what is meant for bundlers', async () => {
    const exports = { '.': { module: './for-bundlers.js', default: './index.js' } };
    const { packages } = await bundleOf({
      'lambda.js': `import '@smithy/core';`,
      'node_modules/@smithy/core/package.json': JSON.stringify({ name: '@smithy/core', exports }),
      'node_modules/@smithy/core/index.js': '',
      'node_modules/@smithy/core/for-bundlers.js': '',
    });
    expect(await packages()).toEqual([
      'node_modules/@smithy/core/index.js',
      'node_modules/@smithy/core/package.json',
    ]);
  });

  it('keep what says that a folder holds CommonJS, or modules', async () => {
    const manifest = { name: '@smithy/core', type: 'module', main: 'commonjs/index.js' };
    const { packages } = await bundleOf({
      'lambda.js': `import '@smithy/core';`,
      'node_modules/@smithy/core/package.json': JSON.stringify(manifest),
      'node_modules/@smithy/core/commonjs/package.json': '{ "type": "commonjs" }',
      'node_modules/@smithy/core/commonjs/index.js': '',
    });
    expect(await packages()).toEqual([
      'node_modules/@smithy/core/commonjs/index.js',
      'node_modules/@smithy/core/commonjs/package.json',
      'node_modules/@smithy/core/package.json',
    ]);
  });

  it('of a workspace lie where its code now looks for them', async () => {
    const { packages } = await bundleOf({
      'lambda.js': `import './websocket/handler.js';`,
      'websocket/handler.js': `import '@smithy/core';`,
      'websocket/node_modules/@smithy/core/package.json': PACKAGE,
      'websocket/node_modules/@smithy/core/index.js': '',
    });
    expect(await packages()).toContain('node_modules/@smithy/core/index.js');
  });

  it('in two versions are refused, since one would take the place of the other', async () => {
    const files = {
      'lambda.js': `import '@smithy/core'; import './websocket/handler.js';`,
      'websocket/handler.js': `import '@smithy/core';`,
      'node_modules/@smithy/core/package.json': PACKAGE,
      'node_modules/@smithy/core/index.js': '// 1',
      'websocket/node_modules/@smithy/core/package.json': PACKAGE,
      'websocket/node_modules/@smithy/core/index.js': '// 2',
    };
    await expect(bundleOf(files)).rejects.toThrow(
      /Two versions of node_modules\/@smithy\/core\/index\.js.*install one of them/,
    );
  });
});

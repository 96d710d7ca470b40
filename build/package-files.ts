import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { filesReadWith } from './read-files.ts';

const MODULES = `node_modules${sep}`;

/** What a module imports of a package, and the folder of that module. */
export interface PackageImport {
  path: string;
  resolveDir: string;
}

/**
 * The files of packages that these imports can load, and those that are read where they are, with what says of what kind they are
 * (package.json), by their paths in a flat tree that begins at `node_modules/`. Throws where a file of one version would take the
 * place of another's, and where one that is read is not installed.
 */
export async function readPackageFiles(
  root: string,
  imports: readonly PackageImport[],
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const read = filesReadWith(
    root,
    imports.map(({ path }) => path),
  );
  for (const file of [...(await loadable(root, imports)), ...read]) {
    const manifests = manifestsAbove(file).filter((path) => existsSync(join(root, path)));
    for (const path of [...manifests, file]) {
      const contents = await readFile(join(root, path));
      const installed = installedPath(path);
      const other = files.get(installed);
      if (other !== undefined && !contents.equals(other)) {
        throw new Error(
          `Two versions of ${installed} are wanted in one bundle: install one of them, or leave its package in.`,
        );
      }
      files.set(installed, contents);
    }
  }
  return files;
}

/** Relative to `root`, sorted: what Node would find from these imports, whether or not it is ever asked for. */
async function loadable(root: string, imports: readonly PackageImport[]): Promise<string[]> {
  if (imports.length === 0) return [];
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: imports.map((_import, index) => `import-${index}`),
    outdir: join(root, 'dist'),
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // As Node resolves, not as bundlers do.
    conditions: [],
    mainFields: ['main'],
    treeShaking: false,
    logLevel: 'silent',
    plugins: [asModules(imports), passOverMissing()],
  });
  return Object.keys(metafile.inputs)
    .filter((path) => !path.startsWith(`${NAMESPACE}:`))
    .sort();
}

const NAMESPACE = 'import';

/** Makes a module of each import, in the folder from which it comes. */
function asModules(imports: readonly PackageImport[]): Plugin {
  return {
    name: 'as-modules',
    setup(bundling) {
      bundling.onResolve({ filter: /^import-\d+$/ }, ({ path }) => ({
        path,
        namespace: NAMESPACE,
      }));
      bundling.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => {
        const { path: wanted, resolveDir } = imports[Number(path.slice('import-'.length))] ?? {};
        return { contents: `import ${JSON.stringify(wanted)};`, ...(resolveDir && { resolveDir }) };
      });
    },
  };
}

/** Packages try to load others that need not be installed. */
function passOverMissing(): Plugin {
  const asked = Symbol('asked');
  return {
    name: 'pass-over-missing',
    setup(bundling) {
      bundling.onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === asked || from.kind === 'entry-point') return undefined;
        const { importer, resolveDir, kind } = from;
        const options = { importer, resolveDir, kind, pluginData: asked };
        const { errors } = await bundling.resolve(path, options);
        return errors.length > 0 ? { path, external: true } : undefined;
      });
    },
  };
}

/** `websocket/node_modules/a/b.js` is `node_modules/a/b.js` of the flat tree. */
function installedPath(path: string): string {
  const at = path.indexOf(MODULES);
  if (at < 0) throw new Error(`${path} belongs to no package: bundle it instead.`);
  return path.slice(at);
}

/** Where a package.json may say of what kind a file is: its package's own, and those of folders within. */
function manifestsAbove(path: string): string[] {
  const folder = dirname(path);
  const scope = basename(folder).startsWith('@') ? dirname(folder) : folder;
  const isPackages = basename(scope) === 'node_modules';
  return isPackages ? [] : [join(folder, 'package.json'), ...manifestsAbove(folder)];
}

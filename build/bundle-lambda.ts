import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { readPackageFiles } from './package-files.ts';
import type { PackageImport } from './package-files.ts';

/**
 * Packages that OpenTelemetry wraps as they are loaded, which it cannot do inside a bundle, and two that read files of packages: what
 * does the wrapping, and what makes fonts smaller. They lie in the bundle's own `node_modules`; every other package is part of
 * `lambda.mjs` or `tracing.mjs` (docs/adr/0017-lambda-bundles.md, 0018-traces.md, 0019-report-pdf.md).
 */
const LEFT_OUT =
  /^(@aws-sdk\/|@smithy\/|knex(\/|$)|tedious(\/|$)|import-in-the-middle(\/|$)|subset-font(\/|$))/;

/** Packages that are CommonJS ask for `require`, which a module does not have. */
const REQUIRE =
  "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);";

export interface LambdaBundle {
  /** Absolute path of the repository, whose packages are installed. */
  root: string;
  /** The file that exports the handlers, relative to `root`. */
  entry: string;
  /** What `node --import` loads before it, as `tracing.mjs`. */
  tracing?: string;
  /** Made anew: `lambda.mjs`, `tracing.mjs`, their maps, and `node_modules`. */
  folder: string;
}

/**
 * Bundles one Lambda function (ECMAScript modules for Node 24). The same tree gives the same bytes, wherever `folder` is.
 * Throws what esbuild throws, whose message names file and line, before `folder` is touched.
 */
export async function bundleLambda(bundle: LambdaBundle): Promise<void> {
  const { root, entry, tracing, folder } = bundle;
  const left: PackageImport[] = [];
  const files = new Map([
    ...(await oneFile(root, { entry, name: 'lambda.mjs', left })),
    ...(tracing === undefined
      ? []
      : await oneFile(root, { entry: tracing, name: 'tracing.mjs', left })),
  ]);
  for (const [path, contents] of await readPackageFiles(root, left)) files.set(path, contents);
  await rm(folder, { recursive: true, force: true });
  for (const [path, contents] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), contents);
  }
}

/** A module and all that it imports but what is left out, which is noted, and its source map. */
async function oneFile(
  root: string,
  { entry, name, left }: { entry: string; name: string; left: PackageImport[] },
): Promise<[string, Uint8Array][]> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    // Not where it is written: paths in the source map are relative to it.
    outfile: join(root, 'dist', 'lambda', 'function', name),
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // What is left of a package when nothing imports the rest; CommonJS cannot be taken apart.
    mainFields: ['module', 'main'],
    // Names stand in logs and stack traces.
    keepNames: true,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    banner: { js: REQUIRE },
    logLevel: 'silent',
    plugins: [leaveOut(LEFT_OUT, left), mapOwnCodeAlone()],
  });
  return outputFiles.map(({ path, contents }) => [basename(path), contents]);
}

/** Leaves the packages of a pattern outside the bundle and notes from where each is imported. */
function leaveOut(pattern: RegExp, left: PackageImport[]): Plugin {
  return {
    name: 'leave-out',
    setup(bundling) {
      bundling.onResolve({ filter: pattern }, ({ path, resolveDir }) => {
        left.push({ path, resolveDir });
        return { path, external: true };
      });
    },
  };
}

/** Packages bundled by rolldown load CommonJS by a `require` under another name, which esbuild would not follow. */
function withPlainRequire(text: string): string {
  return text.includes('/_rolldown/runtime.') ? text.replaceAll('__require(', 'require(') : text;
}

const EMPTY_MAP = Buffer.from('{"version":3,"sources":[""],"mappings":"AAAA"}').toString('base64');

/** With --enable-source-maps Node parses the whole map at a cold start: 300 ms of CPU and 40 MB with that of all packages. */
function mapOwnCodeAlone(): Plugin {
  return {
    name: 'map-own-code-alone',
    setup(bundling) {
      bundling.onLoad({ filter: /[/\\]node_modules[/\\].*\.[cm]?js$/ }, async ({ path }) => {
        const text = withPlainRequire(await readFile(path, 'utf8'));
        const map = `//# sourceMappingURL=data:application/json;base64,${EMPTY_MAP}`;
        return { contents: `${text}\n${map}`, loader: 'default' };
      });
    },
  };
}

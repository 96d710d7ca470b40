import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mustBeWritable } from './folder.js';
import { binaryOf, broughtNode, nodePackages } from './node.js';
import { runNpm } from './npm.js';
import { startProgress } from './progress.js';

/**
 * Installs exactly what the lock file names, where it is not there yet. Output: stderr.
 * @throws Error whose message says in a sentence what to do
 */
export async function ensureInstalled(root) {
  const wanted = needed(root);
  if (isInstalled(root, wanted)) return;
  mustBeWritable(root, 'npm run build');
  const hidden = hiddenLock(root);
  // A tree that is only outdated is brought up to date in place, under whatever runs from it. One that an
  // npm has left behind half-way may hold folders without their files, which only a new beginning repairs.
  const verb = existsSync(hidden) ? 'install' : 'ci';
  // npm writes it last, so it says that npm came to its end.
  rmSync(hidden, { force: true });
  const progress = startProgress(() => ({
    text: 'Installing packages (once, and after a change of versions)',
    done: wanted.filter(([path]) => isThere(root, path)).length,
    of: wanted.length,
  }));
  const { code, output } = await runNpm(verb, root);
  progress.stop();
  if (code !== 0) throw new Error(explain(output));
  dropUnusableNode(root);
  const missing = wanted.filter(([path, { optional }]) => !optional && !isThere(root, path));
  if (missing.length > 0) throw new Error(incomplete(missing));
}

/** npm ends well where one of its settings has it leave packages out. */
function incomplete(missing) {
  const [[path]] = missing;
  return (
    `npm has left ${missing.length} packages out, such as ${path}. One of your settings for npm does that, ` +
    'such as "workspaces": see "npm config ls", take it away, and try again.'
  );
}

const CAUSES = [
  [/\bENOSPC\b|\bEDQUOT\b/, 'the disk is full: free about 700 MB'],
  [/\bEACCES\b|\bEPERM\b|\bEROFS\b/, 'a folder may not be written'],
  [
    /\bE(NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|AI_AGAIN)\b|CERT/,
    "npm's registry is not reached: look at the network, and at the proxy, registry and cafile that " +
      '"npm config ls" shows',
  ],
];

/** One sentence where the cause is known, npm's own words where not. */
function explain(output) {
  const [, cause] = CAUSES.find(([pattern]) => pattern.test(output)) ?? [];
  if (cause === undefined) {
    return `${output.trim()}\n\nInstalling packages failed. Read the lines above, then try again.`;
  }
  const [, path] = /^npm error path (.+)$/m.exec(output) ?? [];
  const [log] = /A complete log of this run .+/.exec(output) ?? [];
  const where = path === undefined ? '' : ` (at ${path})`;
  return `Installing packages failed. Probably ${cause}${where}, then try again.\n${log ?? ''}`.trim();
}

/**
 * Whether all that the lock file names is there: asked of the folders. npm's own record serves only to
 * tell that npm came to its end; `npm install --package-lock-only` writes it without installing anything.
 */
function isInstalled(root, wanted) {
  return (
    existsSync(hiddenLock(root)) &&
    wanted.every(([path, { link, version }]) =>
      link ? isThere(root, path) : versionOf(root, path) === version,
    ) &&
    hasNode(root)
  );
}

/** Where npm keeps what it has installed, in the form of the lock file. */
const hiddenLock = (root) => join(root, 'node_modules', '.package-lock.json');

function readPackages(file) {
  try {
    return Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages ?? {});
  } catch {
    return [];
  }
}

/** The places in `node_modules` that the lock file fills on this platform, and with what. */
function needed(root) {
  return readPackages(join(root, 'package-lock.json')).filter(
    ([path, entry]) => /(^|\/)node_modules\//.test(path) && isForThisPlatform(entry),
  );
}

/** Optional packages without a platform of their own are parts of those that have another. */
function isForThisPlatform({ optional, os, cpu, libc }) {
  if (!optional) return true;
  if (os === undefined && cpu === undefined) return false;
  const isMine = allows(os, process.platform) && allows(cpu, process.arch);
  return isMine && (libc === undefined || allows(libc, libcOf()));
}

function allows(list, mine) {
  if (list === undefined) return true;
  const names = [list].flat();
  if (names.includes(`!${mine}`)) return false;
  return names.includes(mine) || names.every((entry) => entry.startsWith('!'));
}

let knownLibc;
/** npm's word for the C library of a Linux; the report that tells takes a moment. */
function libcOf() {
  knownLibc ??= process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
  return knownLibc;
}

function versionOf(root, path) {
  try {
    return JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')).version;
  } catch {
    return undefined;
  }
}

const isThere = (root, path) => existsSync(join(root, path, 'package.json'));

/** Whether the package that brings Node, where there is one for this platform, still has it. */
function hasNode(root) {
  const packages = nodePackages(root).filter((folder) => existsSync(folder));
  return packages.every((folder) => {
    const binary = binaryOf(folder);
    return existsSync(binary) || existsSync(unusable(binary));
  });
}

const unusable = (binary) => `${binary}.unusable`;
/** What the system says of a program for another one. Anything else, as of one being written, may pass. */
const NOT_FOR_THIS_SYSTEM = new Set(['ENOENT', 'ENOEXEC', 'EACCES', 'UNKNOWN']);

/**
 * Where the Node that came with the packages does not run, as on a Linux without glibc, it is put aside:
 * npm puts it first on the path of every script.
 */
function dropUnusableNode(root) {
  const brought = broughtNode(root);
  if (brought === undefined) return;
  const { error, status } = spawnSync(brought, ['--version']);
  // A shell's 127: the program is there, what it needs to be loaded is not.
  if (!NOT_FOR_THIS_SYSTEM.has(error?.code) && status !== 127) return;
  renameSync(brought, unusable(brought));
  for (const name of ['node', 'node.cmd', 'node.ps1']) {
    rmSync(join(root, 'node_modules', '.bin', name), { force: true });
  }
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** TypeScript runs as it is, and the native modules load, from this version on. */
const NEEDED_MAJOR = 24;

/**
 * The Node that runs everything: this one where it is new enough, else the one that came with the
 * packages. Some platforms have no such package, which is why all of them are optional.
 */
export function findNode(root) {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) return process.execPath;
  const brought = broughtNode(root);
  if (brought !== undefined) return brought;
  throw new Error(
    `Ordercast needs Node ${NEEDED_MAJOR}; this is ${process.versions.node}, and no package brings ` +
      `one that runs here (${process.platform}-${process.arch}). Install Node ${NEEDED_MAJOR} or newer ` +
      'from https://nodejs.org and run the command again.',
  );
}

/** The binary that one of the `node-<platform>` packages of `package.json` brought. */
export function broughtNode(root) {
  return nodePackages(root)
    .map(binaryOf)
    .find((path) => existsSync(path));
}

export function nodePackages(root) {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.keys(optionalDependencies ?? {})
    .filter((dependency) => dependency.startsWith('node-'))
    .map((dependency) => join(root, 'node_modules', dependency));
}

export function binaryOf(folder) {
  return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** TypeScript runs as it is, and the native modules load, from this version on. */
const NEEDED_MAJOR = 24;

/**
 * The Node that runs everything: this one where it is new enough, else the one that the `node`
 * package brought. That package lacks some platforms, which is why it is optional.
 */
export function findNode(root) {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) return process.execPath;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const brought = join(root, 'node_modules', 'node', 'bin', name);
  if (existsSync(brought)) return brought;
  throw new Error(
    `Ordercast needs Node ${NEEDED_MAJOR}; this is ${process.versions.node}, and the "node" package ` +
      `could not bring one for ${process.platform}-${process.arch}. Install Node ${NEEDED_MAJOR} or newer ` +
      'from https://nodejs.org and run the command again.',
  );
}

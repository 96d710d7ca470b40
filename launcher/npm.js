import { basename } from 'node:path';
import { runCaptured } from './captured.js';

/**
 * What the packages here need, whatever the user's own settings for npm are: packages for development, those
 * of this platform, and no install scripts, since some would want a compiler.
 */
const OPTIONS = [
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--bin-links',
  '--install-strategy=hoisted',
  '--package-lock',
  '--no-package-lock-only',
  '--no-engine-strict',
  '--no-dry-run',
  '--no-global',
  '--location=project',
  // The lock file is read, never written, however this npm would write it.
  '--no-save',
  '--no-audit',
  '--no-fund',
  '--no-progress',
  '--loglevel=error',
];

/** Runs `npm ci` or `npm install` in a folder; resolves with `{ code, output }`. */
export function runNpm(verb, cwd) {
  // The launcher itself may run on any Node; npm is the one that the user called, else the PATH's.
  const npm = process.env.npm_execpath;
  const isNpm = npm !== undefined && basename(npm) === 'npm-cli.js';
  const [file, first] = isNpm ? [process.execPath, [npm]] : ['npm', []];
  const shell = process.platform === 'win32';
  return runCaptured(file, [...first, verb, ...OPTIONS], { cwd, shell });
}

import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** What no answer may be written over, whatever is in it. */
export interface KeptFiles {
  /** The file of an embedded database; undefined where there is none. */
  databaseFile: string | undefined;
  /** The folder of the steps. */
  stepFolder: string;
}

/** Beside the file of a database; some are there only while it is open (sqlite.org/tempfiles.html). */
const DATABASE_ENDINGS = ['', '-wal', '-shm', '-journal'];

/** Why a path must be left as it is, behind its name in a sentence; undefined where it need not. */
export function keptReason(
  path: string,
  { databaseFile, stepFolder }: KeptFiles,
): string | undefined {
  const files =
    databaseFile === undefined ? [] : DATABASE_ENDINGS.map((ending) => databaseFile + ending);
  if (files.some((file) => isSameFile(path, file))) return 'is a file of the database itself';
  const way = relative(realPath(stepFolder), realPath(path));
  const isOutside = way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
  return isOutside ? undefined : 'is in the folder of the steps';
}

/** By name, whose case not every file system minds, and by what is there under any other. */
function isSameFile(one: string, other: string): boolean {
  if (realPath(one).toLowerCase() === realPath(other).toLowerCase()) return true;
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

/** Without links, also of a path of which only the beginning is there. */
function realPath(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync.native(whole);
  } catch {
    // Nothing is there, or a pipe, which has a name and lies nowhere.
    const parent = dirname(whole);
    return parent === whole ? whole : join(realPath(parent), basename(whole));
  }
}

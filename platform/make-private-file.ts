import { closeSync, openSync } from 'node:fs';

/**
 * Makes an empty file that its owner alone may read, for a library that would make one that others may read too; what SQLite puts
 * beside its file has the file's own rights. Where one is there, or none can be made, the library says what is wrong.
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch {
    // As promised.
  }
}

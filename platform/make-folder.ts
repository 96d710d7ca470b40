import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing, for their owner alone. Node's own `recursive` never returns where a folder
 * that exists answers ENOENT, as those of `/proc` do. Throws the system's errors.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const above = dirname(path);
  if (!existsSync(above) && above !== path) makeFolder(above);
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(path)) throw error;
  }
}

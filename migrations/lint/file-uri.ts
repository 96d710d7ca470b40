import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * A file as code scanning wants it: relative to the working directory, which is the repository's;
 * absolute where it lies elsewhere.
 */
export function fileUri(directory: string, file: string): string {
  const path = join(resolve(directory), file);
  const local = relative(process.cwd(), path);
  if (local.startsWith('..')) return pathToFileURL(path).href;
  return local
    .split(/[\\/]/)
    .map((part) => encodeURIComponent(part))
    .join('/');
}

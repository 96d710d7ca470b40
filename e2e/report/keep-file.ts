import { createWriteStream, existsSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file cannot be kept; the message says why. */
export class FileNotKept extends Error {
  override name = 'FileNotKept';
}

/** A name that stays in its folder, whatever a server calls its file. */
const PLAIN_NAME = /^\w[\w.-]{0,199}$/;

/** What the last segment of a URL's path calls a file, or `otherwise`. */
export function nameOf(url: string, otherwise: string): string {
  const name = basename(new URL(url).pathname);
  return PLAIN_NAME.test(name) ? name : otherwise;
}

/** @throws FileNotKept where a folder has a file of one of the names */
export function mustBeFree(folder: string, names: readonly string[]): void {
  const path = names.map((name) => join(folder, name)).find((each) => existsSync(each));
  if (path === undefined) return;
  throw new FileNotKept(
    `${path} is there already: --force replaces it, --output names another folder`,
  );
}

/**
 * Downloads a file into a folder, over one of its name, and answers with its path. It is there whole or not at all: it is written beside first. @throws FileNotKept
 */
export async function keepFile(
  url: string,
  { folder, name, bytes }: { folder: string; name: string; bytes: number },
  signal: AbortSignal,
): Promise<string> {
  const path = join(folder, name);
  const unfinished = `${path}.${process.pid}.part`;
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || response.body === null) {
      throw new FileNotKept(
        `${name} could not be downloaded: the storage answered ${response.status}`,
      );
    }
    const file = createWriteStream(unfinished, { flags: 'wx' });
    await pipeline(Readable.fromWeb(response.body), file, { signal });
    if (file.bytesWritten !== bytes) {
      throw new FileNotKept(`${name} came with ${file.bytesWritten} bytes instead of ${bytes}`);
    }
    await rename(unfinished, path);
    return path;
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

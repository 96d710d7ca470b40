import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NotKept } from './not-kept.ts';

/**
 * Named texts that survive. A promise resolves when its text, or a later one of the same name, is on the
 * disk, not before; where that cannot be it rejects with {@link NotKept}, and the text before it stands.
 */
export interface RecordFiles {
  readAll(): Promise<Map<string, string>>;
  write(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Resolves when nothing is being written any more. */
  settle(): Promise<void>;
}

/** Keeps nothing: for `--ephemeral` and for tests. */
export const noFiles: RecordFiles = {
  readAll: () => Promise.resolve(new Map()),
  write: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  settle: () => Promise.resolve(),
};

const TEMPORARY = '.tmp';

/**
 * One file `<name>.json` each, replaced whole: written beside, flushed, renamed over, the folder
 * flushed. A process killed at any point leaves the old text or the new one. Writes of one name
 * follow each other; those that wait for a running one go out together, the last text winning.
 */
export async function openRecordFiles(folder: string): Promise<RecordFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const file of await readdir(folder)) {
    if (file.endsWith(TEMPORARY)) await rm(join(folder, file));
  }
  const waiting = new Map<string, { text: string | undefined; done: Promise<void> }>();
  const running = new Map<string, Promise<void>>();

  function put(name: string, text: string | undefined): Promise<void> {
    const queued = waiting.get(name);
    if (queued !== undefined) {
      queued.text = text;
      return queued.done;
    }
    const before = running.get(name) ?? Promise.resolve();
    const entry = { text, done: Promise.resolve() };
    entry.done = before
      .catch(() => undefined)
      .then(() => {
        waiting.delete(name);
        return replaceFile(folder, name, entry.text);
      })
      .catch((error: unknown) => {
        throw new NotKept(error);
      })
      .finally(() => {
        if (running.get(name) === entry.done) running.delete(name);
      });
    waiting.set(name, entry);
    running.set(name, entry.done);
    return entry.done;
  }

  return {
    write: put,
    remove: (name) => put(name, undefined),
    async settle() {
      while (running.size > 0) await Promise.allSettled(running.values());
    },
    async readAll() {
      const records = new Map<string, string>();
      for (const file of await readdir(folder)) {
        if (!file.endsWith('.json')) continue;
        records.set(file.slice(0, -'.json'.length), await readFile(join(folder, file), 'utf8'));
      }
      return records;
    },
  };
}

async function replaceFile(folder: string, name: string, text: string | undefined): Promise<void> {
  const path = join(folder, `${name}.json`);
  if (text === undefined) {
    await rm(path, { force: true });
  } else {
    try {
      await writeFlushed(path + TEMPORARY, text);
      await rename(path + TEMPORARY, path);
    } catch (error) {
      // On a full disk a part of it would only take room.
      await rm(path + TEMPORARY, { force: true });
      throw error;
    }
  }
  await flushFolder(folder);
}

async function writeFlushed(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename or removal itself durable; Windows cannot open a folder and needs it not. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

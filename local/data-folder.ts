import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';

/** Counts up when data that an older Ordercast cannot read is written. */
export const DATA_FORMAT = 1;

/** The data folder cannot be used; the message says why and what to do. */
export class DataFolderError extends Error {
  override name = 'DataFolderError';
}

export interface DataFolder {
  path: string;
  /** Gives the folder free for another process and, where it is ephemeral, removes it. */
  release(): void;
}

interface DataFolderOptions {
  /** Where data is kept: `.local` in the project's folder. */
  path: string;
  fresh: boolean;
  ephemeral: boolean;
}

const formatSchema = z.object({ format: z.int().min(1) });

/** Opens the laptop's data folder for this process alone. */
export function openDataFolder({ path, fresh, ephemeral }: DataFolderOptions): DataFolder {
  if (ephemeral) {
    const temporary = mkdtempSync(join(tmpdir(), 'ordercast-'));
    return { path: temporary, release: () => rmSync(temporary, { recursive: true, force: true }) };
  }
  mkdirSync(path, { recursive: true });
  const lock = lockFolder(path);
  try {
    if (fresh) empty(path);
    checkFormat(path);
  } catch (error) {
    lock.close();
    throw error;
  }
  return { path, release: () => void lock.close() };
}

const LOCK_FILE = 'lock';

/** SQLite's exclusive lock is the operating system's: it goes when the process goes, however it goes. */
function lockFolder(path: string): Database.Database {
  const lock = new Database(join(path, LOCK_FILE), { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;');
    return lock;
  } catch (error) {
    lock.close();
    throw new DataFolderError(
      `Another Ordercast is using the data in ${path}. Stop it first, or start one that keeps ` +
        'nothing, on another port: PORT=8081 npm start -- --ephemeral',
      { cause: error },
    );
  }
}

function empty(path: string): void {
  for (const entry of readdirSync(path)) {
    if (!entry.startsWith(LOCK_FILE)) rmSync(join(path, entry), { recursive: true, force: true });
  }
}

function checkFormat(path: string): void {
  const file = join(path, 'format.json');
  const text = readIfThere(file);
  if (text === undefined) {
    writeFileSync(file, JSON.stringify({ format: DATA_FORMAT }));
    return;
  }
  const parsed = formatSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new DataFolderError(`${file} is not readable. To begin anew: npm start -- --fresh`);
  }
  if (parsed.data.format > DATA_FORMAT) {
    throw new DataFolderError(
      `The data in ${path} was written by a newer Ordercast (format ${parsed.data.format}; this ` +
        `one reads up to ${DATA_FORMAT}). Update Ordercast, or begin anew: npm start -- --fresh`,
    );
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import {
  accessSync,
  chmodSync,
  constants,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePrivateFile } from '@ordercast/platform/make-private-file.ts';
import { makeFolder } from '@ordercast/platform/make-folder.ts';
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
  /** Bytes that this user may still write to the disk that holds a folder. */
  freeBytes?: (path: string) => number;
}

/** Fresh demo data takes 2 MB, and SQLite's log up to 4 more; the rest is for orders. */
const NEEDED_BYTES = 50 * 1024 * 1024;

const formatSchema = z.object({ format: z.int().min(1) });

/** Opens the laptop's data folder for this process alone. Throws {@link DataFolderError}. */
export function openDataFolder(options: DataFolderOptions): DataFolder {
  const { path, fresh, freeBytes = freeBytesOf } = options;
  if (options.ephemeral) return openTemporary(freeBytes);
  writing(path, () => makeFolder(path));
  mustHaveRoom(path, freeBytes);
  writing(path, () => mustBeWritable(path));
  const lock = lockFolder(path);
  try {
    writing(path, () => {
      if (fresh) empty(path);
      checkFormat(path);
      tighten(path);
    });
  } catch (error) {
    lock.close();
    throw error;
  }
  return { path, release: () => void lock.close() };
}

function openTemporary(freeBytes: (path: string) => number): DataFolder {
  const parent = tmpdir();
  const make = () => mkdtempSync(join(parent, 'ordercast-'));
  const path = attempt(
    make,
    (reason) =>
      `No temporary folder can be made in ${parent} (${reason}). Name another: ${OTHER_TEMPORARY}`,
  );
  const release = () => rmSync(path, { recursive: true, force: true });
  try {
    mustHaveRoom(path, freeBytes);
  } catch (error) {
    release();
    throw error;
  }
  return { path, release };
}

const OTHER_FOLDER = 'npm start -- --data <folder>';
const OTHER_TEMPORARY = 'TMPDIR=<folder> npm start -- --ephemeral';

function mustHaveRoom(path: string, freeBytes: (path: string) => number): void {
  const free = freeBytes(path);
  if (free >= NEEDED_BYTES) return;
  const [has, needs] = [free, NEEDED_BYTES].map((bytes) => Math.floor(bytes / 1024 / 1024));
  throw new DataFolderError(
    `The disk that holds ${path} is full: ${has} MB are free, and ${needs} are needed. Free some, or keep ` +
      `data on another disk: ${OTHER_FOLDER} (${OTHER_TEMPORARY})`,
  );
}

function freeBytesOf(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** What another user has left here, as after `sudo npm start`, would only fail later. */
function mustBeWritable(path: string): void {
  accessSync(path, constants.W_OK | constants.X_OK);
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
    accessSync(join(path, entry), constants.R_OK | constants.W_OK);
  }
}

/** What an older Ordercast, or one with another umask, left for others to read. A folder that holds other things is left as it is. */
function tighten(path: string): void {
  const entries = readdirSync(path);
  const ours = entries.filter((entry) => OURS.test(entry) || LOCK.test(entry));
  for (const entry of ours) {
    const below = join(path, entry);
    makePrivate(below);
    if (!statSync(below).isDirectory()) continue;
    for (const name of readdirSync(below, { recursive: true, encoding: 'utf8' })) {
      makePrivate(join(below, name));
    }
  }
  if (ours.length === entries.length) makePrivate(path);
}

function makePrivate(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o077) === 0) return;
  try {
    chmodSync(path, mode & 0o700);
  } catch {
    // Another user's, who lets us write it.
  }
}

/** Whatever the file system has against it becomes one sentence. */
function writing<Result>(path: string, work: () => Result): Result {
  return attempt(
    work,
    (reason) =>
      `Data cannot be kept in ${path} (${reason}). Choose a folder that you may write: ${OTHER_FOLDER}`,
  );
}

function attempt<Result>(work: () => Result, explain: (reason: string) => string): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw new DataFolderError(explain(error.message), { cause: error });
  }
}

const LOCK_FILE = 'lock';
const LOCK = /^lock(-journal)?$/;

/** SQLite's exclusive lock is the operating system's: it goes when the process goes, however it goes. */
function lockFolder(path: string): Database.Database {
  const file = join(path, LOCK_FILE);
  makePrivateFile(file);
  const lock = writing(path, () => new Database(file, { timeout: 0 }));
  try {
    writing(path, () => lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;'));
    return lock;
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new DataFolderError(
      `Another Ordercast is using the data in ${path}. Stop it first, or start one that keeps ` +
        'nothing, on another port: PORT=8081 npm start -- --ephemeral',
      { cause: error },
    );
  }
}

function isBusy(error: unknown): boolean {
  const cause = error instanceof DataFolderError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY');
}

/** All that is ever written here; whatever else lies in the folder is somebody's own. */
const OURS =
  /^(cognito|dynamodb|logs|s3|(format|report-link-keys)\.json(\.tmp)?|ordercast\.db(-shm|-wal|-journal)?)$/;

function empty(path: string): void {
  for (const entry of readdirSync(path)) {
    if (OURS.test(entry)) rmSync(join(path, entry), { recursive: true, force: true });
  }
}

/** How to begin anew with this folder, and not with another. */
const beginAnew = (path: string) => `npm start -- --fresh --data ${JSON.stringify(path)}`;

function checkFormat(path: string): void {
  const file = join(path, 'format.json');
  const text = readIfThere(file);
  if (text === undefined) {
    // Beside it first: a process that is killed here leaves none, not half of one.
    writeFileSync(`${file}.tmp`, JSON.stringify({ format: DATA_FORMAT }), { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
    return;
  }
  const parsed = formatSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new DataFolderError(`${file} is not readable. To begin anew: ${beginAnew(path)}`);
  }
  if (parsed.data.format > DATA_FORMAT) {
    throw new DataFolderError(
      `The data in ${path} was written by a newer Ordercast (format ${parsed.data.format}; this ` +
        `one reads up to ${DATA_FORMAT}). Update Ordercast, or begin anew: ${beginAnew(path)}`,
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

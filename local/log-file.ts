import { closeSync, fstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { droppingLines } from '@ordercast/platform/dropping-lines.ts';
import type { LineSink } from '@ordercast/platform/dropping-lines.ts';
import { makeFolder } from '@ordercast/platform/make-folder.ts';
import { writeWhole } from '@ordercast/platform/write-whole.ts';
import { z } from 'zod';

export interface LogLine {
  time: string;
  level: string;
  msg: string;
  /** The whole line as it stands in the file. */
  line: string;
}

export interface LogFile {
  /** pino's destination. */
  sink: LineSink;
  /** Newest first. */
  recent(): readonly LogLine[];
  close(): void;
}

const KEPT = 300;
/** Lines of these levels also go to standard error. */
const LOUD = ['error', 'fatal'];
/** The log is at most this large in all: a full file becomes `.1`, that one `.2`, and the oldest goes. */
const MAX_FILE_BYTES = 10_000_000;
const FILES = 3;

const lineSchema = z.looseObject({
  time: z.string(),
  level: z.string(),
  msg: z.string().default(''),
});

/**
 * Writes JSON lines to `logs/ordercast.log` of the data folder, in three files of 10 MB at most, and errors to standard error too. While the
 * file cannot be written it drops lines, says so once, and notes in the file how many are missing when it can again.
 */
export function openLogFile(
  folder: string,
  { clock, maxFileBytes = MAX_FILE_BYTES }: { clock: () => number; maxFileBytes?: number },
): LogFile {
  makeFolder(join(folder, 'logs'));
  const file = new RotatedFile(join(folder, 'logs', 'ordercast.log'), maxFileBytes);
  const lines = droppingLines({
    append: (text) => file.append(text),
    clock,
    onDropping: (error) => {
      const reason = error instanceof Error ? error.message : String(error);
      console.error(`The log cannot be written now, and its lines are dropped: ${reason}`);
    },
  });
  const recent: LogLine[] = [];
  return {
    sink: {
      write: (text) => {
        const line = text.trimEnd();
        const entry = readLine(line);
        if (entry) {
          recent.unshift(entry);
          recent.length = Math.min(recent.length, KEPT);
          if (LOUD.includes(entry.level)) console.error(line);
        }
        lines.write(`${line}\n`);
      },
    },
    recent: () => recent,
    close: () => file.close(),
  };
}

/** A file that is put aside under a number when it is full. It is opened by the first line that can be written. */
class RotatedFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #open: { file: number; bytes: number } | undefined;

  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  append(text: string): void {
    const bytes = Buffer.byteLength(text);
    let open = (this.#open ??= this.#openFile());
    if (open.bytes > 0 && open.bytes + bytes > this.#maxBytes) {
      this.#putAside();
      open = this.#open = this.#openFile();
    }
    writeWhole(open.file, text, false);
    open.bytes += bytes;
  }

  close(): void {
    if (this.#open !== undefined) closeSync(this.#open.file);
    this.#open = undefined;
  }

  #openFile(): { file: number; bytes: number } {
    const file = openSync(this.#path, 'a', 0o600);
    return { file, bytes: fstatSync(file).size };
  }

  #putAside(): void {
    this.close();
    rmSync(`${this.#path}.${FILES - 1}`, { force: true });
    for (let number = FILES - 1; number > 0; number -= 1) {
      const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
      renameIfThere(from, `${this.#path}.${number}`);
    }
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

function readLine(line: string): LogLine | undefined {
  try {
    const { time, level, msg } = lineSchema.parse(JSON.parse(line));
    return { time, level, msg, line };
  } catch {
    return undefined;
  }
}

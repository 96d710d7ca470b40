import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { isAnswer } from './answer-file.ts';
import { EXIT } from './exit-code.ts';
import { keptReason } from './kept-files.ts';
import type { KeptFiles } from './kept-files.ts';
import { Refused } from './report.ts';

export interface OutputFile {
  /** Writes the answer in place of what was there; throws what the system says. */
  write: (text: string) => void;
  /** Leaves what was there, or nothing. */
  discard: () => void;
}

/**
 * Opens the file of `--output` before anything runs, so that no answer is lost for want of one. Refuses
 * what must stay as it is: the database's files, the steps' folder, and whatever no earlier answer is.
 */
export function openOutput(path: string, kept: KeptFiles): OutputFile {
  const isNew = !existsSync(path);
  if (isNew && lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
    throw refused(path, 'is a link to a file that is not there');
  }
  const reason = keptReason(path, kept);
  if (reason !== undefined) throw refused(path, reason);
  const file = open(path);
  if (!isFree(file)) {
    closeSync(file);
    throw refused(
      path,
      'is there already and is no earlier answer of this command, so it would be lost',
    );
  }
  return {
    write: (text) => {
      if (fstatSync(file).isFile()) ftruncateSync(file);
      writeSync(file, text);
      closeSync(file);
    },
    discard: () => {
      closeSync(file);
      if (isNew) rmSync(path, { force: true });
    },
  };
}

/** Whether a file holds the answer of an earlier command; one that cannot be read holds none. */
export function holdsAnswer(path: string): boolean {
  // A pipe is not opened: that would wait for who writes into it.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    const file = openSync(path, 'r');
    try {
      return isAnswer(headOf(file));
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'a+');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Refused(
      EXIT.usage,
      `--output ${path} cannot be written, so nothing was begun: ${reason}. Name a file in a folder that is there.`,
      { cause },
    );
  }
}

/** How much of a file is looked at: every kind of answer is known by its first lines. */
const HEAD_BYTES = 1_000;

/** Whether a file is empty, or holds an earlier answer; a device or a pipe holds nothing. */
function isFree(file: number): boolean {
  const stat = fstatSync(file);
  if (!stat.isFile() || stat.size === 0) return true;
  return isAnswer(headOf(file));
}

function headOf(file: number): string {
  const head = Buffer.alloc(HEAD_BYTES);
  const length = readSync(file, head, 0, HEAD_BYTES, 0);
  return head.toString('utf8', 0, length);
}

function refused(path: string, reason: string): Refused {
  return new Refused(
    EXIT.usage,
    `--output ${path} ${reason}. Nothing was begun: name a new file, or one that an earlier --output has written.`,
  );
}

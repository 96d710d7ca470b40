import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';

export interface OutputFile {
  /** Writes the answer in place of what was there; throws what the system says. */
  write: (text: string) => void;
  /** Leaves what was there, or nothing. */
  discard: () => void;
}

/** Opens the file of `--output` before anything runs, so that no answer is lost for want of one. */
export function openOutput(path: string): OutputFile {
  const isNew = !existsSync(path);
  const file = open(path);
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

function open(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Refused(
      EXIT.usage,
      `--output ${path} cannot be written, so nothing was begun: ${reason}. Name a file in a folder that is there.`,
      { cause },
    );
  }
}

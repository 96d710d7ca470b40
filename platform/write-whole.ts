import { writeSync } from 'node:fs';

/** How long somebody who waits for a full pipe sleeps at once, and how often, before giving up: a second in all. */
const NAP_MS = 10;
const NAPS = 100;

/**
 * Writes all of a text to an open file, at once. A pipe whose reader is slow is waited for, if `isPatient`, for at
 * most a second. Throws the system's error, such as ENOSPC; a part of the text may be written then.
 */
export function writeWhole(file: number, text: string, isPatient: boolean): void {
  let rest = Buffer.from(text);
  let naps = isPatient ? NAPS : 0;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(file, rest));
    } catch (error) {
      const isFullPipe = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!isFullPipe || naps === 0) throw error;
      naps -= 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAP_MS);
    }
  }
}

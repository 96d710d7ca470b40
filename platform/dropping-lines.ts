/** Where log lines go one by one: what pino calls a destination. */
export interface LineSink {
  write: (line: string) => void;
}

interface DroppingLinesOptions {
  /** Puts a text at the end of the log, or throws; patiently unless the last one already failed. */
  append: (text: string, isPatient: boolean) => void;
  /** Epoch ms. */
  clock: () => number;
  /** The first line after a good one could not be written. */
  onDropping?: (error: unknown) => void;
}

/**
 * A log that never ends or holds up whoever writes to it: a line that cannot be written, as on a full disk, is dropped and
 * counted, and as soon as one can be written again a line before it says how many were lost.
 */
export function droppingLines({ append, clock, onDropping }: DroppingLinesOptions): LineSink {
  let dropped = 0;
  return {
    write: (line) => {
      try {
        append(dropped === 0 ? line : `${lossOf(dropped, clock())}${line}`, dropped === 0);
        dropped = 0;
      } catch (error) {
        dropped += 1;
        if (dropped === 1) onDropping?.(error);
      }
    },
  };
}

/** It begins a new line: a part of one that failed may stand there. */
function lossOf(dropped: number, now: number): string {
  const time = new Date(now).toISOString();
  const msg = `${dropped} ${dropped === 1 ? 'line was' : 'lines were'} dropped: the log could not be written`;
  return `\n${JSON.stringify({ level: 'warn', time, dropped, msg })}\n`;
}

import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { z } from 'zod';

export interface LogLine {
  time: string;
  level: number;
  msg: string;
  /** The whole line as it stands in the file. */
  line: string;
}

export interface LogFile {
  /** pino's destination. */
  stream: Writable;
  /** Newest first. */
  recent(): readonly LogLine[];
  close(): Promise<void>;
}

const KEPT = 300;
/** pino's number for `error`; from here on a line also goes to standard error. */
const ERROR_LEVEL = 50;

const lineSchema = z.looseObject({
  time: z.union([z.number(), z.string()]),
  level: z.number(),
  msg: z.string().default(''),
});

/** Writes JSON lines to `logs/ordercast.log` of the data folder, and errors to standard error too. */
export function openLogFile(folder: string): LogFile {
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const file = createWriteStream(join(folder, 'logs', 'ordercast.log'), { flags: 'a' });
  const recent: LogLine[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      const line = String(chunk).trimEnd();
      const entry = readLine(line);
      if (entry) {
        recent.unshift(entry);
        recent.length = Math.min(recent.length, KEPT);
        if (entry.level >= ERROR_LEVEL) process.stderr.write(`${line}\n`);
      }
      if (file.write(`${line}\n`)) done();
      else file.once('drain', done);
    },
  });
  return {
    stream,
    recent: () => recent,
    close: () => new Promise((resolve) => file.end(() => resolve())),
  };
}

function readLine(line: string): LogLine | undefined {
  try {
    const { time, level, msg } = lineSchema.parse(JSON.parse(line));
    return { time: new Date(time).toISOString(), level, msg, line };
  } catch {
    return undefined;
  }
}

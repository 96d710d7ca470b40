import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
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
  stream: Writable;
  /** Newest first. */
  recent(): readonly LogLine[];
  close(): Promise<void>;
}

const KEPT = 300;
/** Lines of these levels also go to standard error. */
const LOUD = ['error', 'fatal'];

const lineSchema = z.looseObject({
  time: z.string(),
  level: z.string(),
  msg: z.string().default(''),
});

/**
 * Writes JSON lines to `logs/ordercast.log` of the data folder, and errors to standard error too. Where the
 * file can no longer be written it says so once and goes on without.
 */
export function openLogFile(folder: string): LogFile {
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const file = createWriteStream(join(folder, 'logs', 'ordercast.log'), { flags: 'a' });
  let isBroken = false;
  let goOn = (): void => undefined;
  // A full disk must not end the system; who waits for room in the stream would wait for ever.
  file.on('error', (error) => {
    isBroken = true;
    process.stderr.write(`The log is not written any more: ${error.message}\n`);
    goOn();
  });
  const recent: LogLine[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      const line = String(chunk).trimEnd();
      const entry = readLine(line);
      if (entry) {
        recent.unshift(entry);
        recent.length = Math.min(recent.length, KEPT);
        if (LOUD.includes(entry.level)) process.stderr.write(`${line}\n`);
      }
      if (isBroken || file.write(`${line}\n`)) done();
      else {
        goOn = done;
        file.once('drain', done);
      }
    },
  });
  return {
    stream,
    recent: () => recent,
    close: async () => {
      if (!isBroken) await new Promise<void>((resolve) => file.end(resolve));
    },
  };
}

function readLine(line: string): LogLine | undefined {
  try {
    const { time, level, msg } = lineSchema.parse(JSON.parse(line));
    return { time, level, msg, line };
  } catch {
    return undefined;
  }
}

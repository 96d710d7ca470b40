import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLogFile } from './log-file.ts';

/** Every write to it fails as one to a full disk does. Linux has it. */
const FULL_DISK = '/dev/full';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (msg: string) => `${JSON.stringify({ time: 'now', level: 'info', msg })}\n`;

function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve) => stream.write(text, () => resolve()));
}

describe('the log file', () => {
  it('holds every line, and the newest are kept for the console', async () => {
    const log = openLogFile(folder);
    await write(log.stream, line('first'));
    await write(log.stream, line('second'));
    await log.close();
    const text = readFileSync(join(folder, 'logs', 'ordercast.log'), 'utf8');
    expect(text).toBe(line('first') + line('second'));
    expect(log.recent().map(({ msg }) => msg)).toEqual(['second', 'first']);
  });

  it.runIf(existsSync(FULL_DISK))(
    'that meets a full disk says so once, and holds nobody up',
    async () => {
      mkdirSync(join(folder, 'logs'));
      symlinkSync(FULL_DISK, join(folder, 'logs', 'ordercast.log'));
      const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      const log = openLogFile(folder);
      // More than a stream takes before it asks its writer to wait.
      const long = line('x'.repeat(100_000));
      for (let count = 0; count < 3; count += 1) await write(log.stream, long);
      await log.close();
      expect(said.mock.calls.map(([text]) => text)).toEqual([
        expect.stringMatching(/^The log is not written any more: ENOSPC/),
      ]);
      expect(log.recent()).toHaveLength(3);
      said.mockRestore();
    },
  );
});

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillDisk } from '@ordercast/platform/testing/fill-disk.ts';
import { MAY_MOUNT, smallDisk } from '@ordercast/platform/testing/small-disk.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLogFile } from './log-file.ts';

/** Every write to it fails as one to a full disk does. Linux has it. */
const FULL_DISK = '/dev/full';
const clock = () => Date.parse('2026-11-27T08:30:00.000Z');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const line = (msg: string) => `${JSON.stringify({ time: 'now', level: 'info', msg })}\n`;
const read = (name = 'ordercast.log', from = folder) =>
  readFileSync(join(from, 'logs', name), 'utf8');

describe('the log file', () => {
  it('holds every line, and the newest are kept for the console', () => {
    const log = openLogFile(folder, { clock });
    log.sink.write(line('first'));
    log.sink.write(line('second'));
    log.close();
    expect(read()).toBe(line('first') + line('second'));
    expect(log.recent().map(({ msg }) => msg)).toEqual(['second', 'first']);
  });

  it('goes on where an earlier start stopped', () => {
    for (const msg of ['first', 'second']) {
      const log = openLogFile(folder, { clock });
      log.sink.write(line(msg));
      log.close();
    }
    expect(read()).toBe(line('first') + line('second'));
  });

  it('keeps three files of a size, whatever is logged, and the newest lines', () => {
    const maxFileBytes = 1_000;
    const log = openLogFile(folder, { clock, maxFileBytes });
    const lines = Array.from({ length: 500 }, (_unused, index) => line(`number ${index}`));
    for (const text of lines) log.sink.write(text);
    log.close();
    expect(readdirSync(join(folder, 'logs')).sort()).toEqual([
      'ordercast.log',
      'ordercast.log.1',
      'ordercast.log.2',
    ]);
    const kept = read('ordercast.log.2') + read('ordercast.log.1') + read();
    expect(lines.join('').endsWith(kept)).toBe(true);
    for (const name of readdirSync(join(folder, 'logs'))) {
      const { size } = statSync(join(folder, 'logs', name));
      expect(size).toBeLessThanOrEqual(maxFileBytes);
      if (name !== 'ordercast.log') expect(size).toBeGreaterThan(maxFileBytes - 100);
    }
  });

  it.runIf(existsSync(FULL_DISK))(
    'that meets a full disk says so once, and holds nobody up',
    () => {
      mkdirSync(join(folder, 'logs'));
      symlinkSync(FULL_DISK, join(folder, 'logs', 'ordercast.log'));
      const said = vi.spyOn(console, 'error').mockReturnValue(undefined);
      const log = openLogFile(folder, { clock });
      for (let count = 0; count < 3; count += 1) log.sink.write(line('x'.repeat(100_000)));
      log.close();
      expect(said.mock.calls).toEqual([
        [
          expect.stringMatching(
            /^The log cannot be written now, and its lines are dropped: ENOSPC/,
          ),
        ],
      ]);
      expect(log.recent()).toHaveLength(3);
    },
  );

  it.runIf(MAY_MOUNT)(
    'that was full says how many lines are missing once there is room (needs root, for a disk of its own)',
    async () => {
      const disk = await smallDisk(1);
      const said = vi.spyOn(console, 'error').mockReturnValue(undefined);
      const log = openLogFile(disk, { clock });
      log.sink.write(line('x'.repeat(100_000)));
      const free = fillDisk(disk);
      for (let count = 0; count < 7; count += 1)
        log.sink.write(line(`lost ${count}${'x'.repeat(9_000)}`));
      free();
      log.sink.write(line('found'));
      log.sink.write(line('next'));
      log.close();
      const [missing, found, next] = read('ordercast.log', disk).trimEnd().split('\n').slice(-3);
      expect(JSON.parse(missing ?? '')).toEqual({
        level: 'warn',
        time: '2026-11-27T08:30:00.000Z',
        dropped: 7,
        msg: '7 lines were dropped: the log could not be written',
      });
      expect([`${found}\n`, `${next}\n`]).toEqual([line('found'), line('next')]);
      expect(said).toHaveBeenCalledTimes(1);
    },
  );
});

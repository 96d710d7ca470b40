import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

describe('the logger', () => {
  it('writes one JSON line an entry and no secret in it', () => {
    const lines: string[] = [];
    const log = createLogger('test', { destination: { write: (line) => void lines.push(line) } });
    log.info(
      {
        authorization: 'Bearer abc',
        request: {
          headers: { authorization: 'Bearer abc', 'sec-websocket-protocol': 'bearer.abc' },
        },
        user: { password: 'abc', name: 'Ada' },
      },
      'hello',
    );
    expect(lines).toHaveLength(1);
    const entry: unknown = JSON.parse(lines[0] ?? '');
    expect(entry).toMatchObject({
      service: 'test',
      level: 'info',
      msg: 'hello',
      user: { name: 'Ada', password: '[redacted]' },
    });
    expect(lines[0]).not.toContain('abc');
  });

  it('ends the long text of a field, as somebody may have sent it, at a whole character', () => {
    const lines: string[] = [];
    const log = createLogger('test', { destination: { write: (line) => void lines.push(line) } });
    const fits = 'y'.repeat(500);
    log.info({ origin: `x${'😀'.repeat(8_000)}`, request: { path: 'y'.repeat(501), fits } });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      origin: `x${'😀'.repeat(249)}…`,
      request: { path: `${fits}…`, fits },
    });
  });

  it.runIf(existsSync('/dev/full'))(
    'ends no program whose standard output is a file on a full disk',
    async () => {
      const full = openSync('/dev/full', 'w');
      const { child, said } = startLogging(full);
      closeSync(full);
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(await said).toBe('still here\n');
    },
  );

  it('ends no program whose standard output is closed, and loses nothing of a slow reader', async () => {
    const closed = startLogging('pipe');
    closed.child.stdout?.destroy();
    expect(await once(closed.child, 'close')).toEqual([0, null]);
    expect(await closed.said).toBe('still here\n');

    const { child } = startLogging('pipe');
    const output = child.stdout === null ? '' : await text(child.stdout);
    expect(output.trimEnd().split('\n')).toHaveLength(1_000);
  });
});

/** A program that logs a megabyte, and what it says beside its log. */
function startLogging(stdout: number | 'pipe') {
  const program = join(import.meta.dirname, 'testing/logging-program.ts');
  const child = spawn(process.execPath, [program], { stdio: ['ignore', stdout, 'pipe'] });
  return { child, said: child.stderr === null ? Promise.resolve('') : text(child.stderr) };
}

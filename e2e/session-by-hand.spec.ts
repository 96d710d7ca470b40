import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSystemProcess } from './testing/system-process.ts';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';

const PAGE = join(import.meta.dirname, '..', 'docs', 'protocol.md');
const frameSchema = z.object({ type: z.string(), code: z.string().optional() });

it('the session of docs/protocol.md goes as the page says, by a client that knows no library', async () => {
  const page = await readFile(PAGE, 'utf8');
  const [, script = ''] = /^```js\n(.*?)^```/ms.exec(page) ?? [];
  const folder = await mkdtemp(join(tmpdir(), 'ordercast-session-'));
  const file = join(folder, 'session.mjs');
  await writeFile(file, script);
  const system = await startSystemProcess();
  onTestFinished(async () => {
    await system.stop();
    await rm(folder, { recursive: true });
  });

  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    env: { ...process.env, ORIGIN: system.url },
  });
  const lines = stdout.trim().split('\n');
  const frames = lines
    .filter((line) => line.startsWith('< '))
    .map((line) => frameSchema.parse(JSON.parse(line.slice(2))))
    .map(({ type, code }) => code ?? type);
  expect(frames.slice(0, 6)).toEqual([
    'subscribed',
    'events',
    'pong',
    'FORBIDDEN_CHANNEL',
    'UNKNOWN_ACTION',
    'subscribed',
  ]);
  // Replay, post and the two last answers come side by side, and the script leaves early.
  const last = frames.slice(6);
  expect(last.length).toBeGreaterThanOrEqual(3);
  expect(last).toContain('events');
  expect(['events', 'authenticated', 'unsubscribed']).toEqual(expect.arrayContaining(last));
  expect(lines.filter((line) => line === 'open, subprotocol ordercast.v1')).toHaveLength(2);
  expect(stdout).not.toContain('eyJ');
});

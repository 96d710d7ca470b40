import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startChild } from './testing/child-process.ts';
import type { Child } from './testing/child-process.ts';

const PROGRAM = join(import.meta.dirname, 'testing/stopping-program.ts');
const LONG_MS = '600000';

const children: Child[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    await child.ended;
  }
});

async function start(stop: string, deadlineMs = LONG_MS): Promise<Child> {
  const child = startChild(PROGRAM, { STOP: stop, DEADLINE_MS: deadlineMs });
  children.push(child);
  await child.lineWith('running');
  return child;
}

/** What a process says as it exits may come out in another order. */
const said = ({ lines }: Child) => lines.join('\n');
const stops = ({ lines }: Child) => lines.filter((line) => line.includes('"stop"'));

describe('a program that is told to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s stops once, and ends well', async (signal) => {
    const child = await start('by SIGUSR2');
    child.kill(signal);
    await child.lineWith(`had ${signal}`);
    // Impatience changes nothing.
    const other = signal === 'SIGTERM' ? 'SIGINT' : 'SIGTERM';
    child.kill(other);
    await child.lineWith(`had ${other}`);
    child.kill('SIGUSR2');
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(stops(child)).toHaveLength(1);
    expect(said(child)).toContain(`"signal":"${signal}"`);
    expect(said(child)).toContain('"stopped"');
  });

  it('says why it could not stop cleanly, and ends with a failure', async () => {
    const child = await start('failing');
    child.kill('SIGTERM');
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(said(child)).toContain('failed to stop cleanly');
    expect(said(child)).toContain('the database is away');
  });

  it('ends with a failure, and says so, when it takes too long, whatever it waits for', async () => {
    const child = await start('never', '100');
    child.kill('SIGTERM');
    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(said(child)).toContain('did not stop in time');
  });
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MODULE = new URL('progress.js', import.meta.url).href;

/** What the line of a terminal so many columns wide is written as. */
async function shownOn(columns: number): Promise<string[]> {
  const script = `
    Object.assign(process.stderr, { isTTY: true, columns: ${columns} });
    const { startProgress } = await import(${JSON.stringify(MODULE)});
    startProgress(() => ({ text: 'Installing packages', done: 1, of: 2 })).stop();
  `;
  const args = ['--input-type=module', '-e', script];
  const { stderr } = await promisify(execFile)(process.execPath, args);
  return stderr.split('\r\u001b[2K').slice(1);
}

it('a terminal has one line that is written over', async () => {
  const lines = await shownOn(80);
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toMatch(/^Installing packages: 1 of 2, \d+ s\n?$/);
});

it('a narrow one has a shorter line, since one that wraps could not be written over', async () => {
  expect(await shownOn(12)).toEqual(['Installing ', 'Installing \n']);
});

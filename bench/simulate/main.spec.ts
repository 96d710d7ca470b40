import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

async function simulate(...options: string[]) {
  const main = join(import.meta.dirname, 'main.ts');
  return run(process.execPath, [main, ...options]).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (error: unknown) => error,
  );
}

it.each([
  ['--shards 99999', '--shards: "99999" is no number from 1 to 1,000.'],
  ['--connections 1.5', '--connections: 1.5 is no whole number.'],
  ['--connections 100 --staff 200', '--staff: "200" is no number from 0 to 100.'],
  ['--failing 500', '--failing: "500" is no number from 0 to 100.'],
  ['--announcements= --json', '--announcements: "" is no number from 0 to 1,000,000,000.'],
  ['--devices -1', "Option '--devices' argument is ambiguous."],
  ['--check --shards 8', '--check takes no other option.'],
  ['--staff-by nobody', '--staff-by is relay or workers, not "nobody".'],
])('%s is refused, and says why', async (options, reason) => {
  const outcome = await simulate(...options.split(' '));
  expect(outcome).toMatchObject({ code: 2, stdout: '' });
  expect(outcome).toHaveProperty('stderr', expect.stringMatching(/^.*\n\nnpm run simulate -- /));
  expect(outcome).toHaveProperty('stderr', expect.stringContaining(`${reason}\n`));
});

it('takes a deployment without staff, failures or announcements', async () => {
  const options = ['--connections', '1000', '--staff', '0', '--failing', '0'];
  const { stdout } = await run(process.execPath, [
    join(import.meta.dirname, 'main.ts'),
    ...options,
    '--announcements',
    '0',
    '--json',
  ]);
  expect(JSON.parse(stdout)).toMatchObject([{ connections: 1000, staff: 0, failing: 0 }]);
});

it('prints what docs/scale.md shows', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/scale.md'), 'utf8');
  const shown = [...page.matchAll(/^\$ npm run simulate(?: -- (--connections.*))?\n((?:.+\n)+)/gm)];
  expect(shown).toHaveLength(3);
  for (const [index, [, options, lines = '']] of shown.entries()) {
    const main = join(import.meta.dirname, 'main.ts');
    const { stdout } = await run(process.execPath, [main, ...(options?.split(' ') ?? [])]);
    const printed = stdout.split('\n').filter((line) => line !== '');
    const expected = lines.split('\n').filter((line) => line !== '' && !line.startsWith('```'));
    // The first is shown whole, of the others what differs.
    if (index === 0) expect(expected).toEqual(printed);
    else expect(printed).toEqual(expect.arrayContaining(expected));
  }
});

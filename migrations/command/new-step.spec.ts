import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSteps } from '../step/load-steps.ts';
import { runHere } from '../testing/run-here.ts';
import { newStep } from './new-step.ts';

const NOW = Date.UTC(2026, 10, 27, 21);

let parent: string;
let directory: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'ordercast-new-'));
  directory = join(parent, 'versions');
  await mkdir(directory);
});
afterEach(() => rm(parent, { recursive: true }));

const begin = (purpose: string | undefined, now = NOW) =>
  newStep(purpose, { directory, now, dryRun: false });

/** Writes what a person has to write in every step that is there. */
async function writeAll(only: readonly string[] = ['up', 'down']): Promise<void> {
  for (const file of await readdir(directory)) {
    const path = join(directory, file);
    const text = await readFile(path, 'utf8');
    const written = only.reduce(
      (all, part) => all.replace(new RegExp(`throw new Error\\('${part} is .*`), ''),
      text,
    );
    await writeFile(path, written);
  }
}

describe('a new step', () => {
  it.each([
    [[], 'up is not written yet: replace this line'],
    [['up'], 'down is not written yet: replace this line'],
  ])(
    'of which only %j is written is refused by every command, which says what to do',
    async (written, says) => {
      await begin('one');
      await writeAll(written);
      const url = `sqlite:${join(parent, 'shop.db')}`;
      for (const command of ['lint', 'plan', 'up']) {
        const { code, out } = await runHere([command], {
          directory,
          url: command === 'up' ? url : undefined,
        });
        expect([command, code, out]).toEqual([
          command,
          5,
          expect.stringContaining(`20261127210000_one.ts: ${says}`),
        ]);
      }
    },
  );

  it.each([
    ['Orders by region!', 'orders_by_region'],
    ['Größe der Bestellung', 'gro_e_der_bestellung'],
    ['Élégance', 'elegance'],
    ['заказы', 'step'],
    ['注文 v2', 'v2'],
  ])(
    'for "%s" is named %s, says what it is for, and can be loaded once it is written',
    async (purpose, name) => {
      await begin(purpose);
      expect(await readdir(directory)).toEqual([`20261127210000_${name}.ts`]);
      const text = await readFile(join(directory, `20261127210000_${name}.ts`), 'utf8');
      expect(text).toContain(`/** ${purpose}: what this is for`);
      await writeAll();
      expect(await loadSteps(directory)).toHaveLength(1);
    },
  );

  it('takes the next second that is free', async () => {
    await begin('one');
    await begin('one');
    await begin('заказы');
    await writeAll();
    expect((await loadSteps(directory)).map(({ name }) => name)).toEqual([
      '20261127210000_one.ts',
      '20261127210001_one.ts',
      '20261127210002_step.ts',
    ]);
  });

  it('has a version of its own where several begin one in the same second', async () => {
    const purposes = Array.from({ length: 12 }, (_unused, index) => `step ${index}`);
    await Promise.all(purposes.map((purpose) => begin(purpose)));
    await writeAll();
    const versions = (await loadSteps(directory)).map(({ version }) => version);
    expect(new Set(versions).size).toBe(12);
    expect(await readdir(directory)).toHaveLength(12);
  });

  it('is a file whatever its purpose says', async () => {
    await begin('ends */ here');
    await writeAll();
    expect(await loadSteps(directory)).toHaveLength(1);
  });

  it('has a name as long as a file may have, and says so of a longer one', async () => {
    await begin('x'.repeat(237));
    await expect(begin('x'.repeat(300))).rejects.toThrow(/300 letters where 237 have room/);
    expect(await readdir(directory)).toHaveLength(1);
  });

  it.each([undefined, '', ' ', '!?'])('needs a purpose, not %j', async (purpose) => {
    await expect(begin(purpose)).rejects.toThrow(/new needs a purpose/);
  });

  it('says which folder is missing', async () => {
    await writeFile(join(parent, 'file'), '');
    for (const missing of ['nowhere', 'file']) {
      await expect(
        newStep('one', { directory: join(parent, missing), now: NOW, dryRun: false }),
      ).rejects.toThrow(`${missing} cannot be read: make it first`);
    }
  });
});

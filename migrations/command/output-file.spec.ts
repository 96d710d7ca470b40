import { execFileSync } from 'node:child_process';
import { link, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runMigrate } from '../testing/run-migrate.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

let folder: string;
let steps: StepFolder;
let step: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordercast-output-'));
  steps = await openStepFolder();
  step = await steps.write(1, 'one', { up: statements('CREATE TABLE one (id int)'), down: '' });
});
afterEach(async () => {
  await steps.remove();
  await rm(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const migrate = (...args: readonly string[]) =>
  runMigrate([...args, '--directory', steps.path], { DATABASE_URL: `sqlite:${at('shop.db')}` });

async function contents(of: string): Promise<Record<string, string>> {
  const names = (await readdir(of)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(of, name), 'latin1')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
}

describe('--output refuses, before anything runs, and leaves as it was', () => {
  it.each(['shop.db', 'shop.db-wal', 'shop.db-shm', 'shop.db-journal', 'SHOP.db-wal'])(
    "the database's own %s, whether it is there or not",
    async (name) => {
      for (const prepared of [[], ['up']]) {
        if (prepared.length > 0) await migrate(...prepared);
        const before = await contents(folder);
        const { code, err } = await migrate('up', '--output', at(name));
        expect([code, err]).toEqual([
          2,
          expect.stringContaining('is a file of the database itself'),
        ]);
        expect(await contents(folder)).toEqual(before);
      }
    },
  );

  it('the database under another name, and a link to nothing', async () => {
    await writeFile(at('shop.db'), '');
    await symlink(at('shop.db'), at('soft.txt'));
    await link(at('shop.db'), at('hard.txt'));
    await symlink(at('shop.db-wal'), at('dangling.txt'));
    for (const [name, reason] of [
      ['soft.txt', 'is a file of the database itself'],
      ['hard.txt', 'is a file of the database itself'],
      ['dangling.txt', 'is a link to a file that is not there'],
    ] as const) {
      const { code, err } = await migrate('status', '--output', at(name));
      expect([code, err]).toEqual([2, expect.stringContaining(reason)]);
    }
    expect(await readFile(at('shop.db'), 'utf8')).toBe('');
  });

  it("a step, and any other name in the steps' folder", async () => {
    const before = await contents(steps.path);
    await symlink(steps.path, at('linked'));
    for (const path of [
      join(steps.path, step),
      join(steps.path, 'plan.sql'),
      join(steps.path, 'drafts', 'plan.sql'),
      join(at('linked'), 'plan.sql'),
    ]) {
      const { code, err } = await migrate('plan', '--output', path);
      expect([code, err]).toEqual([2, expect.stringContaining('is in the folder of the steps')]);
    }
    expect(await contents(steps.path)).toEqual(before);
  });

  it.each([
    ['notes', 'What to ask on Monday.\n'],
    ['a JSON file of another program', '{\n  "name": "ordercast"\n}\n'],
    ['another script', '-- Nightly clean-up\nDELETE FROM t;\n'],
    ['another SARIF log', '{\n  "$schema": "https://x/sarif-2.1.0.json",\n  "runs": []\n}\n'],
    ["another server's JUnit", '<?xml version="1.0"?>\n<testsuites name="e2e"/>\n'],
  ])('%s', async (_what, text) => {
    await writeFile(at('file'), text);
    const { code, err } = await migrate('up', '--output', at('file'));
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/is no earlier answer of this command.*name a new file/),
    ]);
    expect(await readFile(at('file'), 'utf8')).toBe(text);
    expect(await readdir(folder)).toEqual(['file']);
  });
});

describe('--output of a command that has no answer leaves an earlier one, and says so', () => {
  const STILL = 'it still holds the answer of an earlier command.';

  it.each([
    ['was refused by its command line', ['verify', '--frobnicate'], 2],
    ['takes no such option', ['status', '--pending-fails'], 2],
    ['was refused for a setting', ['up', '--to', 'x'], 2],
    ['was refused by what it found', ['down', '--to', '0'], 5],
    ['would have answered in JSON', ['down', '--to', '0', '--json'], 5],
  ])('where it %s', async (_what, command, code) => {
    await migrate('up');
    await migrate('status', '--output', at('answer'));
    const before = await readFile(at('answer'), 'utf8');
    const refused = await migrate(...command, '--output', at('answer'));
    expect(refused.code).toBe(code);
    expect(refused.err).toContain(`Nothing was written to ${at('answer')}: ${STILL}`);
    expect(await readFile(at('answer'), 'utf8')).toBe(before);
  });

  it('where there is no database', async () => {
    await migrate('up');
    await migrate('status', '--output', at('answer'));
    const args = ['verify', '--directory', steps.path, '--output', at('answer')];
    const { code, err } = await runMigrate(args, { DATABASE_URL: `sqlite:${at('gone.db')}` });
    expect([code, err]).toEqual([7, expect.stringContaining(STILL)]);
  });

  it('and says nothing where there is none, or where what is there is no answer', async () => {
    await migrate('up');
    const { err } = await migrate('down', '--to', '0', '--output', at('answer'));
    expect(err).not.toContain('holds the answer');
    expect(await readdir(folder)).not.toContain('answer');
    await writeFile(at('notes'), 'What to ask on Monday.\n');
    const other = await migrate('status', '--output', at('notes'));
    expect(other.err).not.toContain('holds the answer');
    const answered = await migrate('status', '--output', at('answer'));
    expect(answered.err).not.toContain('holds the answer');
  });
});

describe('--output takes the place', () => {
  it('of each answer that it has written itself, and of an empty file', async () => {
    await migrate('up');
    await writeFile(at('answer'), '');
    const commands = [
      ['status'],
      ['verify', '--json'],
      ['plan'],
      ['lint', '--format', 'sarif'],
      ['lint', '--format', 'junit'],
      ['lint'],
      ['down', '--to', '0', '--dry-run'],
      ['help'],
      ['verify'],
    ];
    for (const command of commands) {
      const { err } = await migrate(...command, '--output', at('answer'));
      expect([command, err]).toEqual([
        command,
        expect.stringContaining(`The answer is in ${at('answer')}`),
      ]);
    }
    expect(await readFile(at('answer'), 'utf8')).toMatch(/^Ordercast, verify\nSound: 1 of 1 step /);
  });

  it('with a JSON answer that names its command', async () => {
    await migrate('up', '--json', '--output', at('answer'));
    expect(JSON.parse(await readFile(at('answer'), 'utf8'))).toMatchObject({ command: 'up' });
  });

  it.skipIf(process.platform === 'win32')(
    'of nothing, as -, which is standard output, with what goes on apart from it',
    async () => {
      const command = [process.execPath, MAIN, 'up', '--directory', steps.path];
      const script = '"$0" "$@" --output - 2> progress | cat > answer';
      execFileSync('sh', ['-c', script, ...command], {
        cwd: folder,
        env: { ...process.env, DATABASE_URL: `sqlite:${at('shop.db')}` },
      });

      expect(await readFile(at('answer'), 'utf8')).toBe(`Applied 1: ${step}\n`);
      expect(await readFile(at('progress'), 'utf8')).toContain(`up 1/1 ${step} …`);
      expect(await readdir(folder)).not.toContain('-');
    },
  );

  it.skipIf(process.platform === 'win32')('of nothing, in a pipe to another program', () => {
    const command = [process.execPath, MAIN, 'plan', '--directory', steps.path];
    const piped = execFileSync('sh', ['-c', '"$0" "$@" --output /dev/stdout | cat', ...command], {
      encoding: 'utf8',
    });

    expect(piped).toContain('CREATE TABLE dbo.one');
  });
});

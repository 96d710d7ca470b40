import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startTdsServer } from '@ordercast/platform/testing/tds/tds-server.ts';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { COMMANDS, commandOf } from './command/commands.ts';
import { isCommand } from './command/usage.ts';
import { EITHER_DATABASE } from './testing/either-database.ts';
import type { TestDatabase } from './testing/either-database.ts';
import { runHere } from './testing/run-here.ts';
import { runMigrate } from './testing/run-migrate.ts';
import { openStepFolder, statements } from './testing/step-files.ts';
import { openStepServer } from './testing/step-server.ts';
import type { StepFolder } from './testing/step-files.ts';

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

let steps: StepFolder;
beforeEach(async () => {
  steps = await openStepFolder();
  await table(1, 'one');
  await table(2, 'two');
});
afterEach(() => steps.remove());

function table(place: number, purpose: string, more = ''): Promise<string> {
  return steps.write(place, purpose, {
    up: statements(`CREATE TABLE ${purpose} (id int)`),
    down: statements(`DROP TABLE ${purpose}`),
    more,
  });
}

/** Each command that writes, with what it says that it would do. */
const DRY: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['up', [], /three\.ts/],
  ['down', ['--to', '0'], /table one \(1 row\)/],
  ['baseline', ['--to', '20300102000000'], /Would mark.*two\.ts/],
  ['repair', [], /Would be accepted.*two\.ts/],
  ['unlock', [], /has stuck and would be freed/],
  ['new', ['A purpose'], /Would make .*_a_purpose\.ts/],
  ['bootstrap', [], /CREATE DATABASE|bootstrap is for SQL Server/],
];

describe('a dry run', () => {
  it('exists for every command that writes', () => {
    const taking = Object.keys(COMMANDS)
      .filter(isCommand)
      .filter((command) => [...commandOf(command).options].includes('dry-run'));
    expect(taking.sort()).toEqual(DRY.map(([command]) => command).sort());
  });
});

describe('a dry run of repair', () => {
  it('says which names it would note and which steps forget, and notes nothing', async () => {
    const server = await openStepServer();
    try {
      const write = (place: number, purpose: string) =>
        server.steps.write(place, purpose, {
          up: statements(`UPDATE t SET n = ${place}`),
          down: '',
        });
      for (const [place, purpose] of [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ] as const) {
        await write(place, purpose);
      }
      await server.migrate('up');
      const [a = '', b = ''] = await readdir(server.steps.path);
      await rm(join(server.steps.path, a));
      await rename(join(server.steps.path, b), join(server.steps.path, '20300102000000_new.ts'));
      const remembered = () => [
        server.query('select * from knex_migrations'),
        server.query('select * from migration_history'),
      ];
      const before = remembered();
      for (const [args, says] of [
        [
          [],
          /^Would be noted under the new name: 20300102000000_new\.ts \(was .*_b\.ts\)\.\nLeft, .*_a\.ts/,
        ],
        [['--forget', a], /^Would be forgotten.*_a\.ts\.\nApproval: [0-9a-f]{64}$/],
      ] as const) {
        const { code, out } = await server.migrate('repair', ...args, '--dry-run');
        expect([code, out]).toEqual([0, matching(says)]);
      }
      expect(remembered()).toEqual(before);
    } finally {
      await server.close();
    }
  });
});

describe.each(EITHER_DATABASE)('a dry run on %s', (kind, open) => {
  // What these two ask of a server's catalogue the scripted one does not know: see below.
  const known = DRY.filter(
    ([command]) => kind === 'SQLite' || !['baseline', 'unlock'].includes(command),
  );
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
    const migrate = (...args: readonly string[]) =>
      runHere(args, { directory: steps.path, url: database.url });
    await migrate('up');
    await table(2, 'two', '// edited');
    await database.run('insert into one (id) values (1)');
    await database.run('update knex_migrations_lock set is_locked = 1');
  });
  afterEach(() => database.close());

  async function everything(): Promise<unknown[]> {
    const tables = [
      'sqlite_master',
      'migration_history',
      'knex_migrations',
      'knex_migrations_lock',
    ];
    return Promise.all(tables.map((one) => database.run(`select * from ${one}`)));
  }

  it.each(known)('of %s says what would be, and changes nothing', async (command, args, says) => {
    if (command === 'up') {
      await table(2, 'two');
      await table(3, 'three');
    }
    if (command === 'down') await table(2, 'two');
    if (command === 'baseline')
      await database.run("delete from knex_migrations where name like '%two.ts'");
    const before = [await everything(), await readdir(steps.path)];
    const { out } = await runHere([command, ...args, '--dry-run'], {
      directory: steps.path,
      url: database.url,
    });
    expect(out).toMatch(says);
    expect([await everything(), await readdir(steps.path)]).toEqual(before);
  });
});

describe('a dry run on a database that was never migrated', () => {
  it.each([
    [['up'], 0, /Would apply 2: .*one\.ts/],
    [['baseline', '--to', '20300101000000'], 7, /There is no file .*shop\.db/],
  ] as const)('makes no file: %s', async (args, code, says) => {
    const folder = join(steps.path, '..', `${steps.path}-none`);
    const url = `sqlite:${join(folder, 'shop.db')}`;
    const result = await runMigrate([...args, '--dry-run', '--directory', steps.path], {
      DATABASE_URL: url,
    });
    expect(result.code).toBe(code);
    expect(result.out + result.err).toMatch(says);
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['up', /CREATE TABLE dbo\.one/],
    ['baseline --to 0', /Nothing to mark/],
    ['repair', /Nothing to repair/],
    ['unlock', /has stuck and would be freed/],
    ['down --to 0', /nothing to do/],
  ])('sends a server nothing that writes: %s', async (command, says) => {
    const server = await startTdsServer({
      answer: ({ sql, values }) => {
        if (sql.startsWith('select object_id')) {
          return { rows: [{ id: values.includes('dbo.knex_migrations_lock') ? 1 : null }] };
        }
        if (sql.includes('[is_locked]')) return { rows: [{ is_locked: 1 }] };
        return sql.includes('applock_test') ? { rows: [{ free: 1 }] } : {};
      },
    });
    try {
      const { code, out } = await runHere([...command.split(' '), '--dry-run'], {
        directory: steps.path,
        url: `mssql://dba:x@127.0.0.1:${server.port}/shop?encrypt=false`,
      });
      expect([code, out]).toEqual([0, matching(says)]);
      const sent = server.requests.map(({ sql }) => sql).join('\n');
      expect(sent).toContain('object_id');
      expect(sent).not.toMatch(/\b(create|insert|update|delete|alter|drop|sp_getapplock)\b/i);
    } finally {
      await server.close();
    }
  });
});

describe('a command that was given a name that is not there', () => {
  const missing = () => join(`${steps.path}-nowhere`, 'x');
  afterEach(() => rm(dirname(missing()), { recursive: true, force: true }));

  it.each([
    ['status'],
    ['verify'],
    ['plan'],
    ['down --to 0'],
    ['down --to 0 --dry-run'],
    ['repair'],
    ['unlock'],
  ])('makes no SQLite file of it: %s', async (command) => {
    const { code, out } = await runHere(command.split(' '), {
      directory: steps.path,
      url: `sqlite:${missing()}`,
    });
    expect(code).toBe(7);
    expect(out).toContain(`There is no file ${missing()}`);
    await expect(readdir(dirname(missing()))).rejects.toThrow('ENOENT');
  });

  it.each([['up'], ['new x'], ['plan'], ['lint'], ['status']])(
    'says that the folder of steps is not there: %s',
    async (command) => {
      const database = join(steps.path, '..', `${steps.path}.db`);
      const args = [...command.split(' '), '--directory', missing()];
      const { code, err } = await runMigrate(args, { DATABASE_URL: `sqlite:${database}` });
      expect(code).toBe(2);
      expect(err.trim()).toBe(
        `There is no folder ${missing()}: --directory names the folder of the steps.`,
      );
      await expect(readFile(database)).rejects.toThrow('ENOENT');
    },
  );

  it('begins nothing where the answer could not be written', async () => {
    const database = `${steps.path}.db`;
    const run = (output: string) =>
      runMigrate(['up', '--directory', steps.path, '--output', output], {
        DATABASE_URL: `sqlite:${database}`,
      });
    for (const output of [`${steps.path}-gone/answer.txt`, tmpdir()]) {
      const { code, err } = await run(output);
      expect(code).toBe(2);
      expect(err).toContain(`--output ${output} cannot be written, so nothing was begun`);
      await expect(readFile(database)).rejects.toThrow('ENOENT');
    }
    const file = `${steps.path}.txt`;
    try {
      expect((await run(file)).code).toBe(0);
      expect(await readFile(file, 'utf8')).toContain('Applied 2');
      // A command line that is refused leaves the last answer where it is.
      const usage = ['up', '--directory', steps.path, '--output', file, '--to', 'yesterday'];
      expect((await runMigrate(usage, { DATABASE_URL: `sqlite:${database}` })).code).toBe(2);
      expect(await readFile(file, 'utf8')).toContain('Applied 2');
      expect((await run(file)).code).toBe(0);
      expect(await readFile(file, 'utf8')).toBe(
        'Ordercast, up\nNothing is pending: the database is up to date.\n',
      );
    } finally {
      for (const one of [file, database, `${database}-wal`, `${database}-shm`]) {
        await rm(one, { force: true });
      }
    }
  });

  it('says its answer where the file takes none in the end', async () => {
    const { code, out, err } = await runMigrate(
      ['plan', '--directory', steps.path, '--output', '/dev/full'],
      {},
    );
    expect(err).toContain('The answer cannot be written to /dev/full');
    expect(out).toContain('CREATE TABLE dbo.one');
    expect(code).toBe(1);
  });

  it('leaves the answer of before in its file where there is none', async () => {
    const file = `${steps.path}-kept.sql`;
    onTestFinished(() => rm(file, { force: true }));
    await writeFile(file, '-- Ordercast, up: an approved plan');
    await steps.write(9, 'broken', { up: 'await knex.raw("select 1");', down: '' });
    const { code, err } = await runMigrate(
      ['plan', '--directory', steps.path, '--output', file],
      {},
    );
    expect([code, err]).toEqual([5, matching(/must not read the database/)]);
    expect(await readFile(file, 'utf8')).toBe('-- Ordercast, up: an approved plan');
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EITHER_DATABASE } from '../testing/either-database.ts';
import type { TestDatabase } from '../testing/either-database.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';

const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const ORDERS =
  'CREATE TABLE orders (id integer NOT NULL, note varchar(40) NULL, total int NOT NULL, CONSTRAINT pk_orders PRIMARY KEY (id))';

let steps: StepFolder;
let database: TestDatabase;
beforeEach(async () => {
  steps = await openStepFolder();
  const open = EITHER_DATABASE.find(([kind]) => kind === 'SQLite')?.[1];
  if (open === undefined) throw new Error('There is no SQLite to test on.');
  database = await open();
  await steps.write(1, 'orders', {
    up: statements(ORDERS, 'CREATE INDEX ix_orders_total ON orders (total)'),
    down: statements('DROP TABLE orders'),
  });
});
afterEach(async () => {
  await database.close();
  await steps.remove();
});

const migrate = (...args: readonly string[]) =>
  runHere(args, { directory: steps.path, url: database.url });

const answer = z.object({
  sound: z.boolean(),
  reasons: z.array(z.string()),
  differences: z.array(z.object({ description: z.string() })),
  notCompared: z.array(z.string()),
});
async function verified() {
  const { code, out } = await migrate('verify', '--json');
  const { differences, ...read } = answer.parse(JSON.parse(out));
  return { code, ...read, differences: differences.map(({ description }) => description) };
}

/** A step that SQLite alone runs: what it makes SQL Server does not have. */
const onSqlite = (sql: string) => `if (!knex.client.items) { ${statements(sql)} }`;

describe('verify of a SQLite file', () => {
  it.each([
    [
      'create trigger evil after insert on orders begin delete from orders; end',
      /^evil: trigger evil/,
    ],
    [
      'create trigger sqlite2 after insert on orders begin delete from orders; end',
      /^sqlite2: tri/,
    ],
    ['create trigger evil after insert on migration_history begin select 1; end', /^evil: trigger/],
    ['create view v as select 1', /^v: view v as select 1 is there and should not be$/],
    ['create index hand on orders(lower(note))', /^orders: hand: CREATE INDEX hand on .* is there/],
    ['create unique index hand on orders(lower(note))', /^orders: hand: CREATE UNIQUE INDEX hand/],
    ['create index hand on orders(note collate nocase)', /^orders: hand: CREATE INDEX hand/],
    ['create table t(a int) strict', /^t: table t is there and should not be$/],
    ['create table t(a int primary key) without rowid', /^t: table t is there/],
    ['create table t(a, b)', /^t: table t is there/],
    ['create table t(a int primary key on conflict replace)', /^t: table t is there/],
  ])('finds what was made by hand: %s', async (sql, description) => {
    await migrate('up');
    expect(await verified()).toMatchObject({ code: 0, sound: true, reasons: [] });
    await database.run(sql);
    expect(await verified()).toEqual({
      code: 3,
      sound: false,
      reasons: ['differences'],
      differences: [matching(description)],
      notCompared: [],
    });
  });

  it('names a virtual table and those behind it', async () => {
    await migrate('up');
    await database.run('create virtual table f using fts5(x)');
    const { code, differences } = await verified();
    expect(code).toBe(3);
    expect(differences).toContain('f: table f is there and should not be');
    expect(differences).toContain('f_data: table f_data is there and should not be');
  });

  it('says by name that a table of the steps cannot be read, and compares the rest', async () => {
    await steps.write(2, 'more', { up: statements('CREATE TABLE more (id int)'), down: '' });
    await migrate('up');
    for (const sql of [
      'alter table orders add column g int generated always as (total * 2) virtual',
      'create index hand on orders(note)',
      'alter table more add column extra int',
    ]) {
      await database.run(sql);
    }
    const { code, out } = await migrate('verify');
    expect(code).toBe(3);
    expect(out.split('\n')).toEqual([
      'drift: more.extra: int null is there and should not be',
      'drift: orders: hand: index (note) is there and should not be',
      matching(
        /^not compared: orders: its columns, keys and checks were not compared: .*\(.*generated/,
      ),
      containing('Not sound: 0 steps and 3 differences'),
    ]);
    const { notCompared } = await verified();
    expect(notCompared).toEqual([containing('orders: its columns')]);
    expect(await migrate('baseline', '--to', '20300101000000')).toMatchObject({ code: 3 });
  });

  it('compares by its text what a step makes and cannot be read', async () => {
    const made = [
      'CREATE TABLE words (word text PRIMARY KEY, n) WITHOUT ROWID',
      "CREATE INDEX ix_words ON words (lower(word || 'A'))",
      'CREATE VIEW heavy AS SELECT word FROM words WHERE n > 9',
      'CREATE TRIGGER heavy AFTER INSERT ON words BEGIN SELECT 1; END',
    ];
    await steps.write(2, 'words', { up: made.map(onSqlite).join('\n'), down: '' });
    await migrate('up');
    expect(await verified()).toMatchObject({ code: 0, differences: [], notCompared: [] });
    for (const sql of [
      'drop index ix_words',
      "CREATE INDEX ix_words ON words (lower(word || 'a'))",
      'drop view heavy',
      'CREATE VIEW heavy AS SELECT word FROM words WHERE n > 8',
      'drop trigger heavy',
      'CREATE TRIGGER heavy AFTER INSERT ON words BEGIN SELECT 2; END',
      'alter table words add column extra int',
    ]) {
      await database.run(sql);
    }
    expect((await verified()).differences).toEqual([
      matching(/^words: is CREATE TABLE .*extra int.*, expected CREATE TABLE words/),
      matching(/^words: ix_words: is .*'a'\)\), expected .*'A'\)\)/),
      matching(/^heavy: is view heavy .* n > 8, expected view heavy .* n > 9/),
      matching(
        /^heavy: is trigger heavy .* SELECT 2; END, expected trigger heavy .* SELECT 1; END/,
      ),
    ]);
  });

  it('finds a history that is not as the tool makes it, but for what an older one lacks', async () => {
    await migrate('up');
    await database.run('alter table migration_history drop column statements');
    expect((await verified()).differences).toEqual([]);
    await database.run('alter table migration_history add column hand int');
    expect(await verified()).toMatchObject({
      code: 3,
      differences: ['migration_history.hand: int null is there and should not be'],
    });
  });

  it('tells of a step that fails without rows, and compares the rest', async () => {
    await migrate('up');
    await database.run('insert into orders (id, total) values (1, 1)');
    await steps.write(2, 'rows', {
      up: `const made = ${JSON.stringify('CREATE TABLE rows_kept (id int)')};
           await knex.schema.raw(made);
           if (!knex.client.items) {
             const [row] = await knex.raw('select id from orders');
             await knex.raw('insert into rows_kept (id) values (?)', [row.id]);
           }`,
      down: '',
    });
    expect((await migrate('up')).code).toBe(0);
    await database.run('create view v as select 1');
    expect(await verified()).toEqual({
      code: 3,
      sound: false,
      reasons: ['differences'],
      differences: ['v: view v as select 1 is there and should not be'],
      notCompared: [matching(/^20300102000000_rows\.ts: .*fails on a database without rows: /)],
    });
  });
});

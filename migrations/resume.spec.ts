import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { loadSteps } from './step/load-steps.ts';
import { planScript } from './plan/plan-script.ts';
import { startMigratingServer } from './testing/migrating-server.ts';
import type { Interference, MigratingServer } from './testing/migrating-server.ts';
import { runHere } from './testing/run-here.ts';
import { startMigrate } from './testing/run-migrate.ts';
import { openStepFolder, statements } from './testing/step-files.ts';
import type { StepFolder } from './testing/step-files.ts';
import { downApproval, undo } from './testing/undo.ts';

const IN_PARTS = 'export const config = { transaction: false };';
const UP = ['CREATE TABLE a (id int)', 'CREATE TABLE b (id int)', 'CREATE TABLE c (id int)'];
const DOWN = ['DROP TABLE c', 'DROP TABLE b', 'DROP TABLE a'];

const containing = (text: string): unknown => expect.stringContaining(text);

let steps: StepFolder;
let server: MigratingServer;
/** What the server does instead of answering; by default nothing. */
let interfere: Interference;
beforeEach(async () => {
  interfere = (_sql, answer) => answer();
  server = await startMigratingServer((sql, answer) => interfere(sql, answer));
  steps = await openStepFolder();
  await steps.write(1, 'first', { up: statements('CREATE TABLE first (id int)'), down: '' });
});
afterEach(async () => {
  await server.close();
  await steps.remove();
});

/** A process of its own is started only where one is killed. */
const migrate = (...args: readonly string[]) =>
  runHere(args, { directory: steps.path, url: server.url });

/** What steps had executed since this was asked last. */
const executed = () => server.executed.splice(0);
const query = (sql: string) => server.database.prepare(sql).all();

const statusSchema = z.object({
  steps: z.array(z.object({ status: z.string(), itemsDone: z.number() })),
});
async function statuses(): Promise<{ status: string; itemsDone: number }[]> {
  return statusSchema.parse(JSON.parse((await migrate('status', '--json')).out)).steps;
}

describe('a step in parts that failed', () => {
  beforeEach(() =>
    steps.write(2, 'parts', { up: statements(...UP), down: statements(...DOWN), more: IN_PARTS }),
  );

  it('goes on at the part that failed, however often, and repeats none before it', async () => {
    server.database.exec('create table b (id int)');
    expect((await migrate('up')).code).toBe(1);
    expect(executed()).toEqual(['CREATE TABLE first (id int)', ...UP.slice(0, 2)]);
    expect(await statuses()).toEqual([
      { status: 'applied', itemsDone: 0 },
      { status: 'half-applied', itemsDone: 1 },
    ]);
    expect((await migrate('up')).code).toBe(1);
    expect(executed()).toEqual([UP[1]]);
    server.database.exec('drop table b');
    expect((await migrate('up')).out).toContain('Applied 1: 20300102000000_parts.ts');
    expect(executed()).toEqual(UP.slice(1));
    expect((await migrate('up')).out).toContain('Nothing is pending');
    expect(executed()).toEqual([]);
    expect(
      query("select items_done, outcome, error from migration_history where name like '%parts.ts'"),
    ).toEqual([{ items_done: 3, outcome: 'done', error: null }]);
    expect(server.lockHolder()).toBeUndefined();
  });

  it('tells how far it is while it runs as status does after it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      server.database.exec('create table c (id int)');
      const lines: string[] = [];
      interfere = (sql, answer) => {
        if (sql.includes('CREATE TABLE dbo.c ')) vi.advanceTimersByTime(5_000);
        return answer();
      };
      await runHere(['up'], {
        directory: steps.path,
        url: server.url,
        progress: (line) => lines.push(line),
      });
      expect(lines).toContain('up 2/2 20300102000000_parts.ts … 0.0 s, 2 of 3 parts');
      expect((await migrate('status')).out).toContain('half-applied (2 of 3 parts)');
    } finally {
      vi.useRealTimers();
    }
  });

  it('goes on where it was when it is undone, and begins anew when it is applied again', async () => {
    await migrate('up');
    server.database.exec('drop table b');
    executed();
    expect((await undo(migrate)).code).toBe(1);
    expect(executed()).toEqual(DOWN.slice(0, 2));
    server.database.exec('create table b (id int)');
    expect((await undo(migrate)).out).toContain('Undone 1');
    expect(executed()).toEqual(DOWN.slice(1));
    expect((await migrate('up')).out).toContain('Applied 1');
    expect(executed()).toEqual(UP);
    expect((await undo(migrate)).out).toContain('Undone 1');
    expect(executed()).toEqual(DOWN);
  });

  it('begins anew where it was undone by other means since', async () => {
    const undoByHand = () => {
      for (const table of ['a', 'b', 'c']) server.database.exec(`drop table if exists ${table}`);
      server.database.exec("delete from knex_migrations where name like '%parts.ts'");
    };
    await migrate('up');
    undoByHand();
    executed();
    expect((await migrate('up')).out).toContain('Applied 1');
    expect(executed()).toEqual(UP);
    server.database.exec('drop table b');
    expect((await undo(migrate)).code).toBe(1);
    undoByHand();
    executed();
    expect((await migrate('up')).out).toContain('Applied 1');
    expect(executed()).toEqual(UP);
  });

  it('goes on in a plan that is run by hand', async () => {
    const all = await loadSteps(steps.path);
    const plan = planScript(all, all, {
      direction: 'up',
      lockTimeoutMs: 0,
      approval: '',
      database: 'shop',
    });
    server.database.exec('create table b (id int)');
    expect(server.runScript(plan)).toEqual([
      expect.stringContaining('table b already exists'),
      expect.stringContaining('Part 3 of 20300102000000_parts.ts was not run'),
      expect.stringContaining('is not complete'),
    ]);
    executed();
    server.database.exec('drop table b');
    expect(server.runScript(plan)).toEqual([]);
    expect(executed()).toEqual(UP.slice(1));
  });
});

const isRound = (sql: string) => sql.includes('UPDATE dbo.[items]');

/** Runs `up` and kills it when the server has the request for this round of the backfill. */
async function killAtRound(wanted: number, { isDone }: { isDone: boolean }): Promise<void> {
  const reached = Promise.withResolvers<undefined>();
  let rounds = 0;
  interfere = (sql, answer) => {
    if (isRound(sql)) rounds += 1;
    if (rounds < wanted) return answer();
    if (isDone) answer();
    reached.resolve(undefined);
    return 'hang';
  };
  const running = startMigrate(['up', '--directory', steps.path], { DATABASE_URL: server.url });
  const ended = running.result.then(({ err }) => Promise.reject(new Error(err)));
  await Promise.race([reached.promise, ended]);
  running.child.kill('SIGKILL');
  await running.result;
  ended.catch(() => undefined);
  interfere = (_sql, answer) => answer();
}

describe('a backfill whose process is killed', () => {
  it('goes on behind the last round that is in the database: every row is changed once', async () => {
    server.database.exec('create table items (id int primary key, n int not null)');
    for (let id = 0; id < 20; id += 1) server.database.exec(`insert into items values (${id}, 0)`);
    await steps.write(2, 'count', {
      up: `await knex.schema.raw('CREATE TABLE before_it (id int)');
           await backfill(knex, { table: 'items', key: 'id', keyType: 'int', set: 'n = n + 1', where: 'id <> 7', batch: 3 });
           await knex.schema.raw('CREATE TABLE after_it (id int)');`,
      down: '',
      more: IN_PARTS,
    });
    const changed = () => query('select id from items where n = 1').length;
    await killAtRound(2, { isDone: true });
    expect(changed()).toBe(6);
    expect((await statuses())[1]).toEqual({ status: 'half-applied', itemsDone: 1 });
    await killAtRound(3, { isDone: false });
    expect(changed()).toBe(11);
    executed();
    let rounds = 0;
    interfere = (sql, answer) => {
      if (isRound(sql)) rounds += 1;
      return rounds > 20 ? { error: { number: 50_000, message: 'It has no end.' } } : answer();
    };
    expect((await migrate('up')).out).toContain('Applied 1: 20300102000000_count.ts');
    expect(executed()).toEqual(['CREATE TABLE after_it (id int)']);
    // Three for the eight rows that were left, and the one that finds none.
    expect(rounds).toBe(4);
    expect(query('select id, n from items where n <> 1')).toEqual([{ id: 7, n: 0 }]);
  });
});

describe('a backfill that was killed within its first part', () => {
  beforeEach(async () => {
    server.database.exec('create table items (id int primary key, n int not null)');
    for (let id = 0; id < 9; id += 1) server.database.exec(`insert into items values (${id}, 0)`);
    await steps.write(2, 'count', {
      up: "await backfill(knex, { table: 'items', key: 'id', keyType: 'int', set: 'n = n + 1', batch: 3 });",
      down: '',
      more: IN_PARTS,
    });
    await killAtRound(2, { isDone: true });
  });

  it('is told as applied in part, and is in the way of down', async () => {
    expect((await statuses())[1]).toEqual({ status: 'half-applied', itemsDone: 0 });
    expect((await migrate('status')).out).toMatch(/half-applied \(0 of 1 parts, and rows up to 5/);
    const { code, out } = await migrate('down', '--to', '0');
    expect([code, out]).toEqual([5, containing('count.ts is applied in part')]);
  });

  it('goes on with its own rows only: an edited one is refused', async () => {
    await steps.write(2, 'count', { up: '', down: '', more: IN_PARTS });
    const { code, out } = await migrate('up');
    expect([code, out]).toEqual([5, containing('was edited after 0 of 0 parts, and rows up to 5')]);
  });
});

describe('a step in parts that is undone in part', () => {
  it('is finished by down, and nothing is applied on top of it', async () => {
    await steps.write(2, 'parts', {
      up: statements(...UP),
      down: statements(...DOWN),
      more: IN_PARTS,
    });
    await migrate('up');
    server.database.exec('drop table b');
    expect((await undo(migrate)).code).toBe(1);
    expect((await statuses())[1]).toEqual({ status: 'half-undone', itemsDone: 1 });
    expect((await migrate('status')).out).toContain('half-undone (1 of 3 parts)');
    expect((await migrate('status')).out).toContain(
      'is undone in part, 1 of 3 parts ("down --dry-run" shows what is left',
    );
    await steps.write(3, 'later', { up: statements('CREATE TABLE later (id int)'), down: '' });
    executed();
    const { code, out } = await migrate('up');
    expect([code, out]).toEqual([5, containing('"down --dry-run" shows what is left')]);
    expect(executed()).toEqual([]);
    server.database.exec('create table b (id int)');
    expect((await undo(migrate)).out).toContain('Undone 1');
    expect((await migrate('up')).out).toContain('Applied 2');
  });
});

describe('a step after one that failed', () => {
  it('is not run, and the next up begins with the one that failed', async () => {
    await steps.write(2, 'bad', { up: statements(...UP), down: '' });
    await steps.write(3, 'later', { up: statements('CREATE TABLE later (id int)'), down: '' });
    server.database.exec('create table c (id int)');
    expect((await migrate('up')).code).toBe(1);
    expect(executed()).toEqual(['CREATE TABLE first (id int)', ...UP]);
    server.database.exec('drop table c');
    expect((await migrate('up')).out).toContain(
      'Applied 2: 20300102000000_bad.ts, 20300103000000_later.ts',
    );
    expect(executed()).toEqual([...UP, 'CREATE TABLE later (id int)']);
  });
});

describe('a down that waits for the lock', () => {
  it('undoes nothing where another has applied more meanwhile', async () => {
    for (const [place, purpose] of [
      [2, 'second'],
      [3, 'third'],
    ] as const) {
      await steps.write(place, purpose, {
        up: statements(`CREATE TABLE ${purpose} (id int)`),
        down: statements(`DROP TABLE ${purpose}`),
      });
    }
    await migrate('up', '--to', '20300102000000');
    const all = await loadSteps(steps.path);
    const others = planScript(all, all, {
      direction: 'up',
      lockTimeoutMs: 0,
      approval: '',
      database: undefined,
    });
    const approval = await downApproval(migrate, '--to', '20300101000000');
    interfere = (sql, answer) => {
      if (sql.includes('sp_getapplock')) expect(server.runScript(others)).toEqual([]);
      return answer();
    };
    executed();
    const { code, out } = await migrate('down', '--to', '20300101000000', '--approved', approval);
    expect([code, out]).toEqual([
      5,
      containing('20300103000000_third.ts, 20300102000000_second.ts'),
    ]);
    expect(executed()).toEqual(['CREATE TABLE third (id int)']);
    expect(server.lockHolder()).toBeUndefined();
  });
});

describe('an up that waits for the lock', () => {
  it('tells only what it has applied itself, and not what another did meanwhile', async () => {
    await steps.write(2, 'second', { up: statements('CREATE TABLE second (id int)'), down: '' });
    const all = await loadSteps(steps.path);
    const others = planScript(all.slice(0, 1), all, {
      direction: 'up',
      lockTimeoutMs: 0,
      approval: '',
      database: 'shop',
    });
    interfere = (sql, answer) => {
      if (sql.includes('sp_getapplock')) expect(server.runScript(others)).toEqual([]);
      return answer();
    };
    expect((await migrate('up')).out).toContain('Applied 1: 20300102000000_second.ts');
    expect(query('select name, outcome from migration_history')).toEqual(
      all.map(({ name }) => ({ name, outcome: 'done' })),
    );
  });

  it('applies nothing where what is left then is not what was approved', async () => {
    await steps.write(2, 'second', { up: statements('CREATE TABLE second (id int)'), down: '' });
    const all = await loadSteps(steps.path);
    const { approval } = z
      .object({ approval: z.string() })
      .parse(JSON.parse((await migrate('plan', '--json')).out));
    const others = planScript(all.slice(0, 1), all, {
      direction: 'up',
      lockTimeoutMs: 0,
      approval: '',
      database: 'shop',
    });
    interfere = (sql, answer) => {
      if (sql.includes('sp_getapplock')) server.runScript(others);
      return answer();
    };
    expect((await migrate('up', '--approved', approval)).code).toBe(5);
    expect(executed()).toEqual(['CREATE TABLE first (id int)']);
    expect(server.lockHolder()).toBeUndefined();
  });
});

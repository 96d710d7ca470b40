import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@ordercast/platform/database.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runMigrate, startMigrate } from '../testing/run-migrate.ts';
import type { RunningMigrate } from '../testing/run-migrate.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { downApproval, undo } from '../testing/undo.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

let folder: string;
let url: string;
let steps: StepFolder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordercast-two-'));
  url = `sqlite:${join(folder, 'shop.db')}`;
  steps = await openStepFolder();
  for (const [place, purpose] of [
    [1, 'one'],
    [2, 'two'],
  ] as const) {
    await steps.write(place, purpose, gated(purpose));
  }
});
afterEach(async () => {
  await steps.remove();
  await rm(folder, { recursive: true });
});

/** A step that, where GATE names it and its direction, says that it is inside its transaction and waits there. */
function gated(purpose: string) {
  // What a step would do is recorded first; only then it runs.
  const wait = (direction: string) => `
    if (process.env.GATE === '${direction} ${purpose}' && knex.client.items === undefined) {
      const { writeFileSync, existsSync } = await import('node:fs');
      writeFileSync(process.env.FOLDER + '/inside', '');
      while (!existsSync(process.env.FOLDER + '/open')) await new Promise(setImmediate);
    }`;
  return {
    up: `${statements(`CREATE TABLE ${purpose} (id int)`)}${wait('up')}`,
    down: `${statements(`DROP TABLE ${purpose}`)}${wait('down')}`,
  };
}

const migrate = (...args: readonly string[]) =>
  runMigrate([...args, '--directory', steps.path], { DATABASE_URL: url });

let started: RunningMigrate[] = [];
afterEach(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ result }) => result));
  started = [];
});

/** Starts a command and comes back when `isReached`; throws where it ends before. */
async function startUntil(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  isReached: (running: RunningMigrate) => Promise<unknown>,
): Promise<RunningMigrate> {
  const running = startMigrate(
    // However busy this machine is, the other one lets it go on.
    [...args, '--directory', steps.path, '--lock-timeout', '600'],
    { DATABASE_URL: url, ...env },
  );
  started.push(running);
  const ended = running.result.then(({ err }) => Promise.reject(new Error(`It ended: ${err}`)));
  await Promise.race([isReached(running), ended]);
  ended.catch(() => undefined);
  return running;
}

/** Starts a command that stops in the middle of a step, and comes back when it is there. */
function stopInside(gate: string, ...args: readonly string[]): Promise<RunningMigrate> {
  return startUntil(args, { GATE: gate, FOLDER: folder }, () =>
    expect.poll(() => access(join(folder, 'inside'))).toBeUndefined(),
  );
}

/** Starts a command and comes back when it has decided to do this. */
function decided(text: string, ...args: readonly string[]): Promise<RunningMigrate> {
  return startUntil(args, {}, ({ child }) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(text)) resolve(undefined);
    });
    return promise;
  });
}

const openGate = () => writeFile(join(folder, 'open'), '');

async function query(sql: string): Promise<unknown> {
  const db = openDatabase(url);
  try {
    const rows: unknown = await db.raw(sql);
    return rows;
  } finally {
    await db.destroy();
  }
}

const history = () =>
  query('select version, direction, outcome from migration_history order by id');
const applied = () => query('select name from knex_migrations order by id');

describe('two migrations at once on one file', () => {
  it('note a step once, by the one that did it', async () => {
    const first = await stopInside('up two', 'up');
    const second = await decided('up 1/1 20300102000000_two.ts', 'up');
    await openGate();
    expect(await first.result).toMatchObject({ code: 0, out: containing('Applied 2') });
    const { code, out, err } = await second.result;
    expect([code, out]).toEqual([0, 'Nothing is pending: the database is up to date.\n']);
    expect(err).toContain('20300102000000_two.ts: another process was faster');
    expect(await history()).toEqual(
      ['20300101000000', '20300102000000'].map((version) => ({
        version,
        direction: 'up',
        outcome: 'done',
      })),
    );
  });

  it('wait for each other no longer than they may', async () => {
    const first = await stopInside('up two', 'up');
    expect(await migrate('up', '--lock-timeout', '0')).toMatchObject({
      code: 6,
      err: containing('Somebody else is migrating this database now'),
    });
    await openGate();
    expect(await first.result).toMatchObject({ code: 0, out: containing('Applied 2') });
  });

  it('apply nothing on top of what is being undone', async () => {
    await migrate('up');
    await steps.write(3, 'three', gated('three'));
    const approval = await downApproval(migrate, '--to', '20300101000000');
    const undoing = await stopInside(
      'down two',
      'down',
      '--to',
      '20300101000000',
      '--approved',
      approval,
    );
    const applying = await decided('up 1/1 20300103000000_three.ts', 'up');
    await openGate();
    expect(await undoing.result).toMatchObject({ code: 0 });
    const { code, err } = await applying.result;
    expect(code).toBe(1);
    expect(err).toContain(
      '20300103000000_three.ts was not run: 20300102000000_two.ts must be applied first.',
    );
    expect(await applied()).toEqual([{ name: '20300101000000_one.ts' }]);
    expect(await query("select name from sqlite_master where name = 'three'")).toEqual([]);
    expect(await history()).toHaveLength(3);
    expect((await migrate('up')).out).toContain('Applied 2');
  });

  it('undo nothing below what another has applied meanwhile', async () => {
    await migrate('up');
    const approval = await downApproval(migrate);
    const db = openDatabase(url);
    const other = await db.transaction();
    try {
      const undoing = await decided(
        'down 1/1 20300102000000_two.ts',
        'down',
        '--approved',
        approval,
      );
      await other('knex_migrations').insert({ name: '20300103000000_three.ts', batch: 9 });
      await other.commit();
      const { code, err } = await undoing.result;
      expect([code, err]).toEqual([
        1,
        containing('two.ts was not run: what was applied after it must be undone first.'),
      ]);
    } finally {
      await db.destroy();
    }
    expect(await query("select name from sqlite_master where name = 'two'")).toHaveLength(1);
    expect(await history()).toHaveLength(2);
  });

  it('undo nothing while another is applying', async () => {
    await migrate('up');
    await steps.write(3, 'three', gated('three'));
    const approval = await downApproval(migrate, '--to', '0');
    const applying = await stopInside('up three', 'up');
    expect(await migrate('down', '--to', '0', '--approved', approval)).toMatchObject({
      code: 5,
      err: containing('three.ts was interrupted, or still runs'),
    });
    await openGate();
    expect(await applying.result).toMatchObject({ code: 0 });
    expect(await migrate('down', '--to', '0', '--approved', approval)).toMatchObject({ code: 5 });
    expect((await undo(migrate, '--to', '0')).out).toContain('Undone 3');
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configuredDatabase } from '@ordercast/platform/configured-database.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { SqliteClient } from '@ordercast/platform/sqlite-client.ts';
import { ManualWaits } from '@ordercast/platform/testing/manual-waits.ts';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readArguments } from '../command/arguments.ts';
import { EXIT } from '../command/exit-code.ts';
import { explainError } from '../command/explain-error.ts';
import { runCommand } from '../command/run-command.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';

const [ONE, TWO] = ['20300101000000_one.ts', '20300102000000_two.ts'];

let folder: string;
let url: string;
let steps: StepFolder;
/** Somebody else at work on the file. */
let other: Awaited<ReturnType<SqliteClient['acquireRawConnection']>>;
let opened: Knex;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordercast-locked-'));
  url = `sqlite:${join(folder, 'shop.db')}`;
  steps = await openStepFolder();
  await table(1, 'one');
  opened = openDatabase(url);
  const client: unknown = opened.client;
  if (!(client instanceof SqliteClient)) throw new Error('This is no SQLite.');
  other = await client.acquireRawConnection();
});
afterEach(async () => {
  other.close();
  await opened.destroy();
  await steps.remove();
  await rm(folder, { recursive: true });
});

const table = (place: number, purpose: string, more = '') =>
  steps.write(place, purpose, {
    up: statements(`CREATE TABLE ${purpose} (id int)`),
    down: statements(`DROP TABLE ${purpose}`),
    more,
  });

const take = () => other.exec('begin immediate');
const free = () => other.exec('commit');
const history = () =>
  other.prepare('select name, outcome from migration_history order by id').all();

/** Runs a command whose time passes only where it waits; what it waited in all, in ms, and how it ended. */
async function migrate(
  args: readonly string[],
  {
    watch = () => undefined,
    onWait = () => undefined,
  }: { watch?: (db: Knex) => unknown; onWait?: (waitedMs: number) => unknown } = {},
): Promise<{ waitedMs: number; code: number; out: string }> {
  const waits = new ManualWaits();
  const waitedMs = () => Math.round(waits.askedMs.reduce((all, one) => all + one, 0));
  const configured = await configuredDatabase(
    { DATABASE_URL: url, AWS_REGION: 'us-east-1' },
    () => undefined,
  );
  const answer = runCommand(readArguments(args), {
    database: {
      ...configured,
      open: (options) => {
        const pacing = {
          clock: () => waits.askedMs.reduce((all, one) => all + one, 0),
          wait: (ms: number) => {
            onWait(waitedMs());
            return waits.wait(ms);
          },
        };
        const db = configured.open({ ...options, pacing });
        watch(db);
        return db;
      },
    },
    directory: steps.path,
    environment: {},
    confirm: undefined,
    progress: () => undefined,
    clock: () => 0,
    monotonicClock: () => 0,
  }).then(
    ({ exitCode, text }) => ({ code: exitCode, out: text }),
    (error: unknown) => {
      const { exitCode, message } = explainError(error);
      return { code: exitCode, out: message };
    },
  );
  await waits.ringUntil(answer);
  return { waitedMs: waitedMs(), ...(await answer) };
}

const REMEDY =
  'Wait until it has ended and try again, or give it longer: --lock-timeout <seconds>.';
const HELD = 'Somebody else is migrating this database now, or keeps its file locked.';

describe('a migration of a SQLite file that somebody else keeps locked', () => {
  it.each([
    ['0', 0],
    ['2.5', 2_500],
    ['40', 40_000],
  ])('waits %s s in all, and says what to do', async (seconds, waitedMs) => {
    take();
    expect(await migrate(['up', '--lock-timeout', seconds])).toEqual({
      waitedMs,
      code: EXIT.locked,
      out: `${HELD} Nothing was changed. ${REMEDY}`,
    });
  });

  it('names the step that it did not come to', async () => {
    await migrate(['up']);
    await table(2, 'two');
    take();
    expect(await migrate(['up', '--lock-timeout', '3'])).toEqual({
      waitedMs: 3_000,
      code: EXIT.locked,
      out: `${HELD} ${TWO} was not run; what was done before it stays. ${REMEDY}`,
    });
    free();
    expect(history()).toEqual([{ name: ONE, outcome: 'done' }]);
  });

  it('waits no second time for whoever comes between the note of a step and the step', async () => {
    const takeBetween = (db: Knex) =>
      db.on('query-response', (_rows: unknown, { sql }: { sql: string }) => {
        if (sql.startsWith('insert into `migration_history`')) take();
      });
    expect(await migrate(['up', '--lock-timeout', '3'], { watch: takeBetween })).toEqual({
      waitedMs: 3_000,
      code: EXIT.locked,
      out: `${HELD} ${ONE} was not run; what was done before it stays. ${REMEDY}`,
    });
    free();
    expect(await migrate(['up'])).toMatchObject({ code: EXIT.done, out: `Applied 1: ${ONE}` });
  });

  it('that notes something waits as long, and says the same', async () => {
    await migrate(['up']);
    await table(1, 'one', '// edited');
    take();
    expect(await migrate(['repair', '--lock-timeout', '3'])).toEqual({
      waitedMs: 3_000,
      code: EXIT.locked,
      out: `${HELD} Nothing was changed. ${REMEDY}`,
    });
  });

  it('goes on as soon as it is free', async () => {
    take();
    const freed: number[] = [];
    const { code, waitedMs } = await migrate(['up', '--lock-timeout', '40'], {
      onWait: (ms) => {
        if (ms < 1_000 || freed.length > 0) return;
        freed.push(ms);
        free();
      },
    });
    expect([code, waitedMs < 1_100]).toEqual([EXIT.done, true]);
  });

  it('waits as long to open a file that is being made', async () => {
    other.exec('pragma journal_mode = DELETE');
    take();
    const { code, waitedMs, out } = await migrate(['status', '--lock-timeout', '40']);
    expect([code, waitedMs]).toEqual([EXIT.locked, 40_000]);
    expect(out).toMatch(/Somebody held a lock.*file of SQLite.*--lock-timeout <seconds>/);
  });
});

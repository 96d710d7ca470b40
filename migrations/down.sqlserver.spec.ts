import { openDatabase } from '@ordercast/platform/database.ts';
import { describe, expect, it } from 'vitest';
import { readSqlServerSchema } from './schema/read-sql-server-schema.ts';
import { LIVE_URL, liveServer } from './testing/live-server.ts';
import { runHere } from './testing/run-here.ts';
import { statements } from './testing/step-files.ts';
import { undo } from './testing/undo.ts';

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const OURS = ['one', 'two', 'three'];

const live = liveServer();
/** A server may have one lock for all of its databases, on which others migrate, too. */
const migrate = (...args: readonly string[]) =>
  runHere([...args, '--lock-timeout', '60'], { directory: live.steps.path, url: LIVE_URL });

async function tables(): Promise<string[]> {
  const { tables: found } = await readSqlServerSchema(live.db);
  return OURS.filter((name) => found.has(name));
}

/** One, three and then two, which adds to one. */
async function outOfOrder(): Promise<void> {
  await live.steps.write(1, 'one', {
    up: statements('CREATE TABLE one (id int NOT NULL)'),
    down: statements('DROP TABLE one'),
  });
  await live.steps.write(3, 'three', {
    up: statements('CREATE TABLE three (id int NOT NULL)'),
    down: statements('DROP TABLE three'),
  });
  await migrate('up');
  await live.steps.write(2, 'two', {
    up: statements(
      'CREATE TABLE two (id int NOT NULL)',
      'ALTER TABLE one ADD note nvarchar(10) NULL',
      'CREATE INDEX ix_one_note ON one (note)',
    ),
    down: statements(
      'DROP INDEX ix_one_note ON one',
      'ALTER TABLE one DROP COLUMN note',
      'DROP TABLE two',
    ),
  });
  expect((await migrate('up', '--out-of-order')).code).toBe(0);
  await live.db('two').insert([{ id: 1 }, { id: 2 }]);
  await live.db('one').insert([{ id: 1, note: 'kept' }, { id: 2 }]);
}

describe.runIf(LIVE_URL !== '')('down on SQL Server', () => {
  it('undoes by the order of application, and names what goes with its rows', async () => {
    await outOfOrder();
    const { out } = await migrate('down', '--to', '20300101000000', '--dry-run');
    expect(out.split('\n').slice(0, 7)).toEqual([
      matching(/^-- To be undone in \w+, in this order:$/),
      '-- 20300102000000_two.ts',
      '--   index ix_one_note of one',
      '--   column one.note (1 value)',
      '--   table two (2 rows)',
      '-- 20300103000000_three.ts',
      '--   table three (0 rows)',
    ]);
    expect((await undo(migrate)).out).toBe('Undone 1: 20300102000000_two.ts');
    expect(await tables()).toEqual(['one', 'three']);
    expect((await undo(migrate, '--to', '0')).out).toContain('Undone 2');
    expect(await tables()).toEqual([]);
  });

  it('prints a script that does the same, and nothing below what came after it', async () => {
    await outOfOrder();
    const { out: script } = await migrate('down', '--to', '20300101000000', '--dry-run');
    const { out: belowIt } = await migrate('down', '--to', '20300103000000', '--dry-run');
    expect(await runByHand(script)).toEqual([]);
    expect(await tables()).toEqual(['one']);
    expect((await migrate('up')).code).toBe(0);
    expect((await runByHand(belowIt)).join('\n')).toContain(
      '20300102000000_two.ts was not run: what was applied after it must be undone first.',
    );
    expect(await tables()).toEqual(OURS);
  });

  it('keeps a default of over 4,000 characters whole, and finds it sound', async (context) => {
    const text = `${`${"It's a line of a note. ".repeat(3)}\r\n`.repeat(60)}the end.`;
    await live.steps.write(1, 'one', {
      up: `await knex.schema.raw('CREATE TABLE one (id int NOT NULL, note nvarchar(max) NULL)');
           await knex.raw('ALTER TABLE one ADD CONSTRAINT df_one_note DEFAULT ? FOR note', [${JSON.stringify(text)}]);`,
      down: statements('DROP TABLE one'),
    });
    expect((await migrate('up')).code).toBe(0);
    await live.db('one').insert({ id: 1 });
    expect(await live.db('one').pluck('note')).toEqual([text]);
    await live.skipOnBabelfish(
      context,
      'Only SQL Server itself gives an expression back in a form of its own.',
    );
    expect(await migrate('verify')).toMatchObject({ code: 0 });
  });
});

/** As sqlcmd and SSMS do: one batch after the other on one session, whatever becomes of each. */
async function runByHand(script: string): Promise<string[]> {
  const session = openDatabase(LIVE_URL, { poolMax: 1, requestTimeoutMs: 120_000 });
  const errors: string[] = [];
  try {
    for (const batch of script.split(/^GO$/m)) {
      if (batch.trim() === '') continue;
      await session.raw(batch.replaceAll('?', '\\?')).catch((error: unknown) => {
        errors.push(String(error));
      });
    }
  } finally {
    await session.destroy();
  }
  return errors;
}

import { openDatabase } from '@ordercast/platform/database.ts';
import { SQLSERVER_URL, takeTurn } from '@ordercast/platform/testing/sql-server.ts';
import type { Knex } from 'knex';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BOOKKEEPING_TABLES } from '../history/history-tables.ts';
import { LONG_TEXTS } from '../testing/long-texts.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { WAYS_TO_WRITE } from '../testing/ways-to-write.ts';

const url = SQLSERVER_URL ?? '';

let db: Knex;
let folder: StepFolder;
let giveBack: () => Promise<void>;
beforeAll(async () => {
  if (SQLSERVER_URL === undefined) return;
  giveBack = await takeTurn(url);
  db = openDatabase(url, { poolMax: 1, requestTimeoutMs: 120_000 });
});
afterAll(async () => {
  if (SQLSERVER_URL === undefined) return;
  await empty();
  await db.destroy();
  await giveBack();
});
beforeEach(async () => {
  await empty();
  folder = await openStepFolder();
});
afterEach(() => folder.remove());

async function empty(): Promise<void> {
  for (const table of ['notes', ...BOOKKEEPING_TABLES]) await db.schema.dropTableIfExists(table);
}

/** A server may have one lock for all of its databases, on which others migrate, too. */
const up = () => runHere(['up', '--lock-timeout', '60'], { directory: folder.path, url });

describe.runIf(SQLSERVER_URL !== undefined)('what a step writes on SQL Server', () => {
  it.each(WAYS_TO_WRITE)('by %s keeps its question marks', async (_way, step) => {
    const text = "it's Ready? Steady?? '?' [?";
    await folder.write(1, 'notes', step(text));
    const { code, out } = await up();
    expect([code, out]).toEqual([0, 'Applied 1: 20300101000000_notes.ts']);
    expect(await db('notes').pluck('note')).toEqual([text]);
  });

  const isEmoji = ([, text]: readonly [string, string]) => /\p{Emoji_Presentation}/u.test(text);
  it.for([
    { what: 'lines', texts: LONG_TEXTS.filter((one) => !isEmoji(one)) },
    { what: 'emoji', texts: LONG_TEXTS.filter(isEmoji) },
  ])('is whole, however long it is, with $what', async ({ what, texts }, { skip }) => {
    const version: unknown = await db.raw('select @@version as version');
    if (what === 'emoji' && JSON.stringify(version).includes('Babelfish')) {
      skip('Babelfish takes the bytes of an nvarchar for those of a varchar.');
    }
    const rows = texts.map(([, note], id) => ({ id, note }));
    await folder.write(1, 'notes', {
      up: `await knex.schema.createTable('notes', (table) => {
             table.integer('id').notNullable();
             table.text('note');
           });
           for (const row of ${JSON.stringify(rows)}) await knex('notes').insert(row);`,
    });
    expect((await up()).code).toBe(0);
    const stored: unknown[] = await db('notes').orderBy('id').pluck('note');
    expect(stored.map((note, id) => note === texts[id]?.[1])).toEqual(rows.map(() => true));
  });
});

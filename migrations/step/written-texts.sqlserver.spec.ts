import { describe, expect, it } from 'vitest';
import { LONG_TEXTS } from '../testing/long-texts.ts';
import { LIVE_URL, liveServer } from '../testing/live-server.ts';
import { runHere } from '../testing/run-here.ts';
import { WAYS_TO_WRITE } from '../testing/ways-to-write.ts';

const live = liveServer();
/** A server may have one lock for all of its databases, on which others migrate, too. */
const up = () =>
  runHere(['up', '--lock-timeout', '60'], { directory: live.steps.path, url: LIVE_URL });

describe.runIf(LIVE_URL !== '')('what a step writes on SQL Server', () => {
  it.each(WAYS_TO_WRITE)('by %s keeps its question marks', async (_way, step) => {
    const text = "it's Ready? Steady?? '?' [?";
    await live.steps.write(1, 'notes', step(text));
    const { code, out } = await up();
    expect([code, out]).toEqual([0, 'Applied 1: 20300101000000_notes.ts']);
    expect(await live.db('notes').pluck('note')).toEqual([text]);
  });

  const isEmoji = ([, text]: readonly [string, string]) => /\p{Emoji_Presentation}/u.test(text);
  it.for([
    { what: 'lines', texts: LONG_TEXTS.filter((one) => !isEmoji(one)) },
    { what: 'emoji', texts: LONG_TEXTS.filter(isEmoji) },
  ])('is whole, however long it is, with $what', async ({ what, texts }, context) => {
    if (what === 'emoji') {
      await live.skipOnBabelfish(
        context,
        'Babelfish takes the bytes of an nvarchar for those of a varchar.',
      );
    }
    const rows = texts.map(([, note], id) => ({ id, note }));
    await live.steps.write(1, 'notes', {
      up: `await knex.schema.createTable('notes', (table) => {
             table.integer('id').notNullable();
             table.text('note');
           });
           for (const row of ${JSON.stringify(rows)}) await knex('notes').insert(row);`,
    });
    expect((await up()).code).toBe(0);
    const stored: unknown[] = await live.db('notes').orderBy('id').pluck('note');
    expect(stored.map((note, id) => note === texts[id]?.[1])).toEqual(rows.map(() => true));
  });
});

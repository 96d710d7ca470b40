import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '@ordercast/platform/database.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tokenize } from '../schema/tokens.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder } from '../testing/step-files.ts';
import type { StepFolder, StepText } from '../testing/step-files.ts';
import { WAYS_TO_WRITE } from '../testing/ways-to-write.ts';
import { loadSteps } from './load-steps.ts';

const TEXTS = ['Ready? Steady', 'What??', "it's ? or '?'", 'at :id, ?:note', '[?', '-- ?', 'a?]'];
const cases = WAYS_TO_WRITE.flatMap(([way, step]) =>
  TEXTS.map((text): [string, string, StepText] => [way, text, step(text)]),
);

let folder: StepFolder;
let file: string;
beforeEach(async () => {
  folder = await openStepFolder();
  file = join(folder.path, '..', `${folder.path.split('-').at(-1) ?? ''}.db`);
});
afterEach(async () => {
  await folder.remove();
  for (const end of ['', '-wal', '-shm']) await rm(`${file}${end}`, { force: true });
});

/** Plan and lint need no database. */
const run = (...args: readonly string[]) =>
  runHere(args, {
    directory: folder.path,
    url: args[0] === 'up' ? `sqlite:${file}` : undefined,
  });

async function stored(): Promise<unknown[]> {
  const db = openDatabase(`sqlite:${file}`);
  try {
    return await db('notes').pluck<string[]>('note');
  } finally {
    await db.destroy();
  }
}

/** The texts that the T-SQL of a folder's only step says. */
async function recorded(): Promise<string[]> {
  const [step] = await loadSteps(folder.path);
  return (step?.up ?? []).flatMap((item) => {
    const sql =
      item.kind === 'statement'
        ? item.sql
        : `${item.backfill.set} where ${item.backfill.where ?? ''}`;
    return tokenize(sql).flatMap(({ kind, value }) => (kind === 'text' ? value : []));
  });
}

describe('a question mark in what a step writes', () => {
  it.each(cases)('by %s: %s is the same text for both databases', async (_way, text, step) => {
    await folder.write(1, 'notes', step);
    const { code, out } = await run('up');
    expect([code, out]).toEqual([0, 'Applied 1: 20300101000000_notes.ts']);
    expect(await stored()).toEqual([text]);
    expect(await recorded()).toContain(text);
  });

  it('of a comment stays as it is', async () => {
    const [first = '', second = ''] = TEXTS;
    await folder.write(1, 'notes', {
      up: `await knex.schema.createTable('notes', (table) => {
        table.string('note').comment(${JSON.stringify(first)});
        table.comment(${JSON.stringify(second)});
      });`,
    });
    expect(await recorded()).toEqual(expect.arrayContaining([first, second]));
  });

  it.each([
    ['\\? in quotes', "await knex.raw(String.raw`INSERT INTO notes (note) VALUES ('a\\?')`);"],
    [
      '\\? beside a value',
      "await knex.raw(String.raw`INSERT INTO notes (id, note) VALUES (?, 'a\\?')`, [1]);",
    ],
    [
      '\\? in a default',
      "await knex.schema.createTable('a', (t) => { t.string('note').defaultTo(String.raw`a\\?`); });",
    ],
    [
      '\\? in a comment',
      "await knex.schema.createTable('a', (t) => { t.string('note').comment(String.raw`a\\?`); });",
    ],
    ['a mark without a value', "await knex.raw('INSERT INTO notes (id) VALUES (?)');"],
    ['? in quotes beside a value', 'await knex.raw("INSERT INTO notes VALUES (?, \'a?\')", [1]);'],
    ['a value without a mark', 'await knex.raw("INSERT INTO notes VALUES (\'a?\')", [1]);'],
    [
      'a value named in quotes',
      'await knex.raw("INSERT INTO notes VALUES (:id, \'at :id\')", { id: 1 });',
    ],
    [
      'a mark without a value in a backfill',
      "await backfill(knex, { table: 'notes', key: 'id', keyType: 'int', set: 'id = ?', batch: 5 });",
    ],
    [
      '\\? in a backfill',
      "await backfill(knex, { table: 'notes', key: 'id', keyType: 'int', set: 'id = 1', where: String.raw`note = 'a\\?'`, batch: 5 });",
    ],
  ])('that is unclear is refused by name: %s', async (_what, up) => {
    const name = await folder.write(1, 'notes', {
      up,
      more: 'export const config = { transaction: false };',
    });
    await expect(loadSteps(folder.path)).rejects.toThrow(
      new RegExp(`${name}: .*(question mark|\\\\\\?|bindings)`),
    );
  });

  it.each([
    ['plan', []],
    ['lint', []],
    ['up', ['--dry-run']],
    ['up', []],
  ])(
    'without a value is refused by %s %j before anything runs, with its statement and what to do',
    async (command, more) => {
      await folder.write(1, 'first', {
        up: "await knex.schema.raw('CREATE TABLE one (id int)');",
        down: '',
      });
      await folder.write(2, 'notes', {
        up: `await knex.schema.raw('CREATE TABLE a (id int)').raw('CREATE TABLE b (id int)').raw("INSERT INTO a SELECT ?, ?, 'Ready?'", [1, 2]);`,
        down: '',
      });
      const { code, out } = await run(command, ...more);
      expect(code).toBe(5);
      expect(out).toMatch(
        /^20300102000000_notes\.ts: up, statement 3: it has 3 question marks for 2 values\. Give each mark its value\..*give that text as a value.*It is in: INSERT INTO a SELECT/,
      );
      expect(existsSync(file)).toBe(false);
    },
  );
});

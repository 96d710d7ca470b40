import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { toLiteral } from './literal.ts';
import { loadSteps } from './load-steps.ts';

let folder: StepFolder;
beforeEach(async () => {
  folder = await openStepFolder();
});
afterEach(() => folder.remove());

describe('the files of steps', () => {
  it('are read in order, each with the T-SQL that it would send, values included', async () => {
    await folder.write(2, 'rows', {
      up: `await knex('orders').insert({ id: 1, note: "it's", at: new Date(1700000000789), open: true });
           await knex('orders').where('id', '>', 3).update({ note: null });`,
      down: '',
    });
    await folder.write(1, 'table', { up: statements('CREATE TABLE orders (id int)'), down: '' });
    const steps = await loadSteps(folder.path);
    expect(steps.map(({ version }) => version)).toEqual(['20300101000000', '20300102000000']);
    expect(steps[1]?.up).toEqual([
      {
        kind: 'statement',
        sql: "insert into dbo.[orders] ([at], [id], [note], [open]) values (convert(datetime2(3), '2023-11-14T22:13:20.789', 126), 1, 'it''s', 1)",
      },
      { kind: 'statement', sql: 'update dbo.[orders] set [note] = NULL where [id] > 3' },
    ]);
  });

  it('name the schema of all that they make, change or drop, as knex does not', async () => {
    await folder.write(1, 'names', {
      up: `await knex.schema.createTable('a', (t) => t.integer('b').references('c.d'));
           await knex.schema.alterTable('a', (t) => t.dropColumn('b'));
           await knex.schema.withSchema('sales').alterTable('a', (t) => t.dropColumn('b'));
           await knex.schema.renameTable('a', 'z');
           await createIndex(knex, 'a', { name: 'ix', columns: ['b'], online: true });`,
      down: '',
    });
    const [step] = await loadSteps(folder.path);
    const sql = step?.up.map((item) => (item.kind === 'statement' ? item.sql : '')) ?? [];
    expect(sql.join('\n')).not.toMatch(/(TABLE|ON|REFERENCES) (\[a\]|a\b|\[c\])/i);
    expect(
      sql.flatMap((one) => /EXEC\('ALTER TABLE (.*) DROP CONSTRAINT/.exec(one)?.[1] ?? []),
    ).toEqual(['dbo.[a]', 'sales.[a]']);
  });

  it('have a checksum of what they say and do, but for the ends of their lines', async () => {
    const name = await folder.write(1, 'a', { up: statements('DROP TABLE a'), down: '' });
    const checksum = async () => (await loadSteps(folder.path))[0]?.checksum;
    const before = await checksum();
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    await folder.write(1, 'a', { up: statements('DROP TABLE a'), down: '', more: '// a word' });
    // A file is loaded once in a process: only its text is new here.
    expect(await checksum()).not.toBe(before);
    expect(name).toBe('20300101000000_a.ts');
  });

  it('have one of the file alone, and one of what it comes to', async () => {
    await folder.write(1, 'a', { up: 'await knex.schema.raw(process.env.SPELLING);', down: '' });
    const load = async (spelling: string) => {
      vi.stubEnv('SPELLING', spelling);
      const [step] = await loadSteps(folder.path);
      vi.unstubAllEnvs();
      return step;
    };
    const [one, other] = [await load('DROP TABLE a'), await load('DROP TABLE [a]')];
    expect(other?.checksum).toBe(one?.checksum);
    expect(other?.statementsChecksum).not.toBe(one?.statementsChecksum);
    expect(other?.combinedChecksum).not.toBe(one?.combinedChecksum);
  });

  it.each([
    [
      'a read',
      { up: "if (await knex.schema.hasTable('a')) return;" },
      /must not read the database/,
    ],
    ['a select', { up: "await knex('a').select();" }, /must not read the database/],
    [
      'a transaction',
      { up: 'await knex.transaction(async () => undefined);' },
      /must not begin another/,
    ],
    [
      'a backfill in one transaction',
      {
        up: "await backfill(knex, { table: 'a', key: 'id', keyType: 'int', set: 'b = 1', batch: 10 });",
      },
      /transaction: false/,
    ],
    [
      'a batch that would lock the table',
      {
        up: "await backfill(knex, { table: 'a', key: 'id', keyType: 'int', set: 'b = 1', batch: 5000 });",
        more: 'export const config = { transaction: false };',
      },
      /1 to 4000 rows/,
    ],
    [
      'a backfill whose text would end its line, or comment out what follows',
      {
        up: "await backfill(knex, { table: 'a', key: 'id', keyType: 'int', set: 'b = 1 --', batch: 10 });",
        more: 'export const config = { transaction: false };',
      },
      /one line of ASCII each, without a comment/,
    ],
    [
      'a backfill of what is no name',
      {
        up: "await backfill(knex, { table: 'a] b', key: 'id', keyType: 'int', set: 'b = 1', batch: 10 });",
        more: 'export const config = { transaction: false };',
      },
      /plain names/,
    ],
    ['a fault', { up: 'throw new Error("oh no");' }, /oh no/],
    [
      'a rule that is set aside without a reason',
      { up: '', more: "export const lintAllow = ['drop-table'];" },
      /write lintAllow = \[\{ rule: '<rule>', reason: '<why it is safe here>' \}\]/,
    ],
    [
      'a reason of one word',
      { up: '', more: "export const lintAllow = [{ rule: 'drop-table', reason: 'because' }];" },
      /at least 3 words/,
    ],
    [
      'a reason that would begin a line of the plan',
      {
        up: '',
        more: "export const lintAllow = [{ rule: 'drop-table', reason: 'nobody\\nGO\\nuses it now' }];",
      },
      /one line/,
    ],
    [
      'a reason that sqlcmd would take for a variable',
      {
        up: '',
        more: "export const lintAllow = [{ rule: 'drop-table', reason: 'nobody uses $(it) now' }];",
      },
      /one line/,
    ],
    [
      'an unknown setting',
      { up: '', more: "export const config = { transaction: 'no' };" },
      /config\.transaction/,
    ],
  ])('are refused for %s, with the name of the file', async (_what, step, message) => {
    await folder.write(1, 'bad', step);
    await expect(loadSteps(folder.path)).rejects.toThrow(message);
    await expect(loadSteps(folder.path)).rejects.toThrow(/20300101000000_bad\.ts/);
  });

  it('are refused where a name or a version is no good', async () => {
    await folder.write(1, 'one', { up: '', down: '' });
    await writeFile(join(folder.path, '20300101000000_two.ts'), 'export async function up() {}');
    await expect(loadSteps(folder.path)).rejects.toThrow(/two files have the version/);
    await writeFile(join(folder.path, 'notes.txt'), '');
    await expect(loadSteps(folder.path)).rejects.toThrow(/two files|notes\.txt/);
  });
});

describe('a value in a script', () => {
  it.each([
    ["it's", "'it''s'"],
    ['ü', "N'ü'"],
    ['a\nGO\nb', "(N'a'+nchar(10)+N'GO'+nchar(10)+N'b')"],
    ['$(secret)', "(N'$'+N'(secret)')"],
    [9_007_199_254_740_991, '9007199254740991'],
    [null, 'NULL'],
    [Buffer.from('a'), '0x61'],
  ])(
    '%j is written so that neither sqlcmd nor the server takes it for something else',
    (value, text) => {
      expect(toLiteral(value)).toBe(text);
    },
  );

  it('that has no literal is refused', () => {
    for (const value of [NaN, {}, Symbol('x')])
      expect(() => toLiteral(value)).toThrow(/A step may not/);
  });
});

import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forget } from '../testing/forget.ts';
import { startLivingServer } from '../testing/living-server.ts';
import type { MigratingServer } from '../testing/migrating-server.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';

const [B, E] = ['20300102000000_b.ts', '20300105000000_b.ts'];
const TABLES = ['CREATE TABLE one (id int NOT NULL)', 'INSERT INTO one VALUES (1)'];
const ROWS = ['UPDATE a SET id = id + 1', 'UPDATE a SET id = id + 2'];
const FAILS = 'UPDATE absent SET n = 2';

const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

let steps: StepFolder;
let server: MigratingServer;
beforeEach(async () => {
  steps = await openStepFolder();
  server = await startLivingServer();
  await steps.write(1, 'a', { up: statements('CREATE TABLE a (id int NOT NULL)'), down: '' });
});
afterEach(async () => {
  await server.close();
  await steps.remove();
});

const migrate = (...args: readonly string[]) =>
  runHere(args, { directory: steps.path, url: server.url });
const exec = (sql: string) => server.database.exec(sql);
const file = (name: string) => join(steps.path, name);
const write = (place: number, up: readonly string[]) =>
  steps.write(place, 'b', {
    up: statements(...up),
    down: '',
    more: 'export const config = { transaction: false };',
  });

/** Two of three parts are done when it is forgotten, and its file comes back under a later version. */
async function returnLater(parts: readonly string[]): Promise<void> {
  await write(2, [...parts, FAILS]);
  expect((await migrate('up')).code).toBe(1);
  await rename(file(B), file(E));
  expect((await forget(migrate, B)).code).toBe(0);
  exec('create table absent (n int)');
  server.executed.splice(0);
}

describe('a step that does again what was forgotten half-way', () => {
  it('is refused where what its parts made is there, until that is removed', async () => {
    await returnLater(TABLES);
    for (const args of [['up'], ['up', '--dry-run'], ['plan'], ['up', '--out-of-order']]) {
      const { code, out } = await migrate(...args);
      expect([args, code, out]).toEqual([
        args,
        5,
        matching(
          /_b\.ts does again what 20300102000000_b\.ts had applied in part \(2 of 3 parts\).*\n.*\n {2}one: /,
        ),
      ]);
      expect(out).toContain('To run it anew, remove by hand what they made');
    }
    expect(server.executed).toEqual([]);
    exec('drop table one');
    exec('drop table absent');
    exec('create table absent (n int not null)');
    expect((await migrate('up')).out).toBe(`Applied 1: ${E}`);
    expect(server.executed).toEqual([...TABLES, FAILS]);
  });

  it('is refused where its parts changed rows alone, and goes on under its old name', async () => {
    await returnLater(ROWS);
    const { code, out } = await migrate('up');
    expect([code, out]).toEqual([5, containing('the schema does not tell whether that stands')]);
    await rename(file(E), file(B));
    expect((await migrate('repair')).out).toContain('Taken in again as applied in part, 2 of 3');
    expect((await migrate('up')).out).toBe(`Applied 1: ${B}`);
    expect(server.executed).toEqual([FAILS]);
  });

  it('is refused though the part that was left is another', async () => {
    await returnLater(ROWS);
    await rm(file(E));
    await write(6, [...ROWS, 'UPDATE absent SET n = 3']);
    expect((await migrate('up')).code).toBe(5);
  });

  it('is run from its first part once the parts are forgotten, too, as the refusal says', async () => {
    await returnLater(ROWS);
    expect((await migrate('up')).out).toContain(
      'forget those parts, too: "repair --forget 20300102000000"',
    );
    expect((await migrate('repair', '--forget')).out).toContain(
      `20300102000000  ${B}, whose parts alone are remembered still`,
    );
    const { code, out } = await forget(migrate, '20300102000000');
    expect([code, out]).toEqual([0, containing('that is forgotten, too')]);
    expect((await migrate('up')).out).toBe(`Applied 1: ${E}`);
    expect(server.executed).toEqual([...ROWS, FAILS]);
    expect((await migrate('repair', '--forget')).out).toContain('There is none');
  });

  it('and another step that begins otherwise is not held up by it', async () => {
    await returnLater(ROWS);
    await rm(file(E));
    await write(6, ['UPDATE a SET id = 7', ...ROWS]);
    expect((await migrate('up')).out).toBe('Applied 1: 20300106000000_b.ts');
    expect((await migrate('status')).out).not.toContain(B.slice(0, 14));
  });
});

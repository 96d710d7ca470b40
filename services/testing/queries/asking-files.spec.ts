import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askingFiles } from './asking-files.ts';
import { latestSchema } from './served-operations.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ordercast-'));
  await mkdir(join(folder, 'testing'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the files that ask the database', () => {
  it.each([
    ["const found = (x: Knex) => x('orders').first('id');"],
    ["const found = (x: Knex) => x<Row>('orders as named').first('id');"],
    ["const joined = (x: Knex.QueryBuilder) => x.join('people', 'a', 'b');"],
    ["const one = (x: Knex) => x.raw('select 1');"],
  ])('are known by %s', async (line) => {
    await writeFile(join(folder, 'store.ts'), line);
    expect(await askingFiles(folder, await latestSchema())).toMatchObject([
      { path: 'store.ts', asks: true },
    ]);
  });

  it('name each exported function that is given a database, wherever among its arguments', async () => {
    const lines = [
      'export async function first(db: Knex, id: string) {}',
      'export function second(settings: { clock: () => number; database: Knex }) {}',
      'export function third<One>(of: One, db: Knex) {}',
      'export function fourth(clock: () => number): Knex {}',
      'function own(db: Knex) {}',
    ];
    await writeFile(join(folder, 'store.ts'), lines.join('\n'));
    expect(await askingFiles(folder, await latestSchema())).toEqual([
      {
        path: 'store.ts',
        takers: ['first', 'second', 'third'],
        exports: ['first', 'second', 'third', 'fourth'],
        asks: false,
      },
    ]);
  });

  it('are those that are deployed', async () => {
    for (const path of ['store.spec.ts', 'store.contract.ts', 'testing/store.ts', 'store.md']) {
      await writeFile(join(folder, path), "db('orders').select('id')");
    }
    await writeFile(join(folder, 'order.ts'), "const channel = 'orders';");
    expect(await askingFiles(folder, await latestSchema())).toEqual([]);
  });
});

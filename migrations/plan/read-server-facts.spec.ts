import { openDatabase } from '@ordercast/platform/database.ts';
import { expect, it } from 'vitest';
import { EMPTY_SCHEMA } from '../schema/schema-model.ts';
import { startMigratingServer } from '../testing/migrating-server.ts';
import { readServerFacts } from './read-server-facts.ts';

it('keeps the size of each table under the name that a step has for it', async () => {
  const asked: string[] = [];
  const server = await startMigratingServer((sql, answer) => {
    if (!sql.includes('sys.allocation_units')) return answer();
    asked.push(sql);
    const names = ['[dbo].[Orders]', '[dbo].[a.b]', '[a].[b]'];
    return { rows: names.map((name, index) => ({ name, row_count: index, pages: 1 })) };
  });
  const db = openDatabase(server.url);
  const { sizes } = await readServerFacts(db, () => Promise.resolve(EMPTY_SCHEMA));
  await db.destroy();
  await server.close();
  expect([...sizes].map(([name, { rows }]) => [name, rows])).toEqual([
    ['orders', 0],
    ['[a.b]', 1],
    ['a.b', 2],
  ]);
  expect(asked[0]).toContain("quotename(schema_name(t.schema_id)) + '.' + quotename(t.name)");
});

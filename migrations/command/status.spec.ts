import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EITHER_DATABASE } from '../testing/either-database.ts';
import type { TestDatabase } from '../testing/either-database.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { undo } from '../testing/undo.ts';

const APPLIED_AT = '2026-01-02T03:04:05.000Z';
const answer = z.object({
  steps: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      at: z.string().nullable(),
      durationMs: z.number().nullable(),
      by: z.string().nullable(),
    }),
  ),
});

describe.each(EITHER_DATABASE)('when and who of status on %s', (_kind, open) => {
  let steps: StepFolder;
  let database: TestDatabase;
  beforeEach(async () => {
    steps = await openStepFolder();
    database = await open();
    await write();
    await migrate('up');
    await database.run(
      `update migration_history set started_at = '${APPLIED_AT}', duration_ms = 4711, done_by = 'clerk'`,
    );
  });
  afterEach(async () => {
    await database.close();
    await steps.remove();
  });

  const write = (more = '') =>
    steps.write(1, 'one', {
      up: statements('CREATE TABLE one (id int)'),
      down: statements('DROP TABLE one'),
      more,
    });
  const migrate = (...args: readonly string[]) =>
    runHere(args, { directory: steps.path, url: database.url });
  const shown = async () => answer.parse(JSON.parse((await migrate('status', '--json')).out)).steps;
  const application = { at: APPLIED_AT, durationMs: 4711, by: 'clerk' };

  it('are of the application, whatever repair has noted since', async () => {
    const applied = { status: 'applied', ...application };
    expect(await shown()).toEqual([{ name: '20300101000000_one.ts', ...applied }]);
    await write('// edited');
    await migrate('repair');
    expect(await shown()).toEqual([{ name: '20300101000000_one.ts', ...applied }]);
    expect((await migrate('status')).out).toContain(`${APPLIED_AT}  4711 ms  clerk`);
  });

  it.each(['20300101000000_uno.ts', '20300102000000_one.ts'])(
    'are of the application also under the new name %s',
    async (name) => {
      await rename(join(steps.path, '20300101000000_one.ts'), join(steps.path, name));
      expect(await shown()).toEqual([{ name, status: 'renamed', ...application }]);
      await migrate('repair');
      expect(await shown()).toEqual([{ name, status: 'applied', ...application }]);
    },
  );

  it('are empty of what is pending, though it was undone before', async () => {
    await undo(migrate);
    expect(await shown()).toEqual([
      { name: '20300101000000_one.ts', status: 'pending', at: null, durationMs: null, by: null },
    ]);
    const row = (await migrate('status')).out.split('\n').find((line) => line.includes('pending'));
    expect(row?.trimEnd()).toMatch(/pending$/);
  });
});

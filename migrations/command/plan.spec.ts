import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startMigratingServer } from '../testing/migrating-server.ts';
import type { MigratingServer } from '../testing/migrating-server.ts';
import { runHere } from '../testing/run-here.ts';
import { runMigrate } from '../testing/run-migrate.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';
import { splitScript } from '../testing/split-script.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

let steps: StepFolder;
let server: MigratingServer;
beforeEach(async () => {
  steps = await openStepFolder();
  await steps.write(1, 'a', {
    up: statements('CREATE TABLE a (id int NOT NULL)', 'CREATE INDEX ix_b ON b (id)'),
    down: '',
  });
  server = await startMigratingServer((sql, answer) => {
    if (sql.includes("SERVERPROPERTY('EngineEdition')")) return { rows: [{ edition: 2 }] };
    if (sql.includes('sys.allocation_units')) {
      return { rows: [{ name: 'b', row_count: 5_000, pages: 1_280 }] };
    }
    return answer();
  });
});
afterEach(async () => {
  await server.close();
  await steps.remove();
});

const plan = (...args: readonly string[]) =>
  runHere(['plan', ...args], { directory: steps.path, url: server.url });

const planned = z.object({
  database: z.string().nullable(),
  steps: z.array(z.object({ statements: z.array(z.unknown()).optional() })),
});

describe('npm run migrate -- plan', () => {
  it('against a database is bound to it and says what each statement asks of it', async () => {
    const { out } = await plan();
    expect(out).toContain("IF DB_NAME() <> N'shop'");
    expect(out).toMatch(
      /^-- 20300101000000_a\.ts, in one transaction\n-- CREATE TABLE dbo\.a .*: 0 rows.*\n-- CREATE INDEX ix_b .*\| b: 5,000 rows, 10 MB \| lock: S .*this edition cannot$/m,
    );
    expect(splitScript(out).length).toBeGreaterThan(6);
    const json = planned.parse(JSON.parse((await plan('--json')).out));
    expect(json).toMatchObject({ database: 'shop' });
    expect(json.steps[0]?.statements?.[1]).toMatchObject({
      table: 'b',
      rows: 5_000,
      bytes: 10 * 2 ** 20,
      work: 'reads rows',
    });
  });

  it('is none for a database of the server itself, which its script would refuse', async () => {
    for (const command of ['plan', 'up', 'status']) {
      const url = server.url.replace('/shop', '/master');
      const { code, out } = await runHere([command], { directory: steps.path, url });
      expect([command, code, out]).toEqual([
        command,
        2,
        containing('master is a database of the server'),
      ]);
    }
    const { code } = await runHere(['plan', '--database', 'MSDB'], {
      directory: steps.path,
      url: undefined,
    });
    expect(code).toBe(2);
  });

  it('against a database refuses to be one for another', async () => {
    expect(await plan('--database', 'other')).toMatchObject({
      code: 2,
      out: containing('--database other is not the database that DATABASE_URL names (shop)'),
    });
    expect((await plan('--database', 'shop')).code).toBe(0);
  });

  it('without one is bound to what --database names, or says at its top that it is not', async () => {
    const script = async (...args: readonly string[]) =>
      (await runMigrate(['plan', '--directory', steps.path, ...args], {})).out;
    const bound = await script('--database', 'shop');
    expect(bound).toMatch(/^-- For the database shop alone/m);
    expect(server.runScript(bound)).not.toContain(containing('this script is for'));
    server.window.database = 'other';
    server.executed.length = 0;
    expect(server.runScript(bound)[0]).toMatch(/this script is for the database shop/);
    expect(server.executed).toEqual([]);
    expect((await script()).split('\n').slice(0, 5).join('\n')).toContain('BOUND TO NO DATABASE');
  });
});

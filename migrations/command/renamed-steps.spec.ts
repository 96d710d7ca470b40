import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statements } from '../testing/step-files.ts';
import { openStepServer } from '../testing/step-server.ts';
import type { StepServer } from '../testing/step-server.ts';

const A = '20300101000000_a.ts';
const B = '20300102000000_b.ts';
const C = '20300103000000_c.ts';

let server: StepServer;
beforeEach(async () => {
  server = await openStepServer();
  await server.steps.write(1, 'a', { up: statements('UPDATE t SET n = 0'), down: '' });
  await writeB();
});
afterEach(async () => {
  await server.close();
});

const containing = (text: string): unknown => expect.stringContaining(text);

const writeB = (more = '', purpose = 'b') =>
  server.steps.write(2, purpose, { up: statements('UPDATE t SET n = 1'), down: '', more });

const appliedNames = () =>
  server.query('select name from knex_migrations order by name').map(({ name }) => name);

describe('a step whose file has another name', () => {
  const NEW = '20300102000000_better.ts';
  beforeEach(async () => {
    await server.migrate('up');
    server.executed();
    await rename(join(server.steps.path, B), join(server.steps.path, NEW));
  });

  it('is told, holds up what would go by names, and is never run again', async () => {
    expect(await server.statuses()).toEqual([`${A} applied`, `${NEW} renamed`]);
    expect(await server.migrate('verify')).toMatchObject({
      code: 3,
      out: containing(`${NEW}: was applied as ${B} ("repair" notes the new name)`),
    });
    for (const command of ['up', 'plan', 'down', 'baseline']) {
      const more = command === 'baseline' || command === 'down' ? ['--to', A] : [];
      const { code, out } = await server.migrate(command, ...more);
      expect([command, code, out]).toEqual([
        command,
        5,
        containing(`${B} is ${NEW} now. Note the new name with "repair"`),
      ]);
    }
    expect(server.executed()).toEqual([]);
  });

  it('is accepted by repair, with a row of history, and what follows goes on', async () => {
    expect((await server.migrate('repair')).out).toContain(
      `Noted under the new name: ${NEW} (was ${B}).`,
    );
    expect(appliedNames()).toEqual([A, NEW]);
    expect(server.query('select name, direction from migration_history order by id')).toEqual([
      { name: A, direction: 'up' },
      { name: B, direction: 'up' },
      { name: NEW, direction: 'repair' },
    ]);
    expect((await server.migrate('verify')).code).toBe(0);
    await server.steps.write(3, 'c', { up: statements('UPDATE t SET n = 3'), down: '' });
    expect((await server.migrate('up')).out).toBe(`Applied 1: ${C}`);
    expect(server.executed()).toEqual(['UPDATE t SET n = 3']);
  });

  it('and which was edited is still told as edited after its new name is noted', async () => {
    await rm(join(server.steps.path, NEW));
    await writeB('// edited', 'better');
    expect((await server.migrate('repair')).out).not.toContain('Accepted');
    expect((await server.statuses())[1]).toBe(`${NEW} changed`);
  });
});

describe('a step whose file is gone', () => {
  beforeEach(async () => {
    await server.steps.write(3, 'c', { up: statements('UPDATE t SET n = 3'), down: '' });
    await server.migrate('up');
    await rm(join(server.steps.path, B));
    server.executed();
  });

  it('is told as deleted, with the way out, and not as one of a newer version', async () => {
    expect(await server.statuses()).toEqual([`${A} applied`, `${B} deleted`, `${C} applied`]);
    expect(await server.migrate('verify')).toMatchObject({
      code: 3,
      out: containing(`${B}: is applied, and its file is gone`),
    });
    for (const command of ['up', 'plan', 'down']) {
      const { code, out } = await server.migrate(
        command,
        ...(command === 'down' ? ['--to', A] : []),
      );
      expect([command, code, out]).toEqual([command, 5, containing('"repair --forget"')]);
      expect(out).not.toContain('newer version');
    }
  });

  it('is forgotten by repair only where that is said, with a row of history', async () => {
    expect((await server.migrate('repair')).out).toContain(
      `Left, since their files are gone ("repair --forget" forgets them): ${B}.`,
    );
    expect(appliedNames()).toContain(B);
    expect((await server.migrate('repair', '--forget')).out).toContain(`Forgotten`);
    expect(appliedNames()).toEqual([A, C]);
    expect(
      server.query('select name, direction, checksum from migration_history order by id').at(-1),
    ).toEqual({
      name: B,
      direction: 'repair',
      checksum: null,
    });
    expect((await server.migrate('verify')).code).toBe(0);
    expect((await server.migrate('up')).code).toBe(0);
    expect(server.executed()).toEqual([]);
  });
});

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
    expect((await server.migrate('verify')).out).toContain(
      `${NEW}: was applied as ${B} ("repair" notes the new name), and was edited after it had been applied`,
    );
    const { out } = await server.migrate('repair');
    expect(out).not.toContain('Accepted');
    expect(out).toMatch(/^Edited as well, which is not accepted by that .*_better\.ts\.$/m);
    expect((await server.statuses())[1]).toBe(`${NEW} changed`);
  });
});

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runHere } from '../testing/run-here.ts';
import { statements } from '../testing/step-files.ts';
import { openStepServer } from '../testing/step-server.ts';
import type { StepServer } from '../testing/step-server.ts';

const A = '20300101000000_a.ts';
const B = '20300102000000_b.ts';

let server: StepServer;
beforeEach(async () => {
  server = await openStepServer();
  await server.steps.write(1, 'a', { up: statements('UPDATE t SET n = 0'), down: '' });
  await writeB();
});
afterEach(async () => {
  await server.close();
});

const writeB = () => server.steps.write(2, 'b', { up: statements('UPDATE t SET n = 1'), down: '' });

describe('a step that comes before one that is applied', () => {
  beforeEach(async () => {
    await rm(join(server.steps.path, B));
    await server.steps.write(3, 'c', { up: statements('UPDATE t SET n = 3'), down: '' });
    await server.migrate('up');
    await writeB();
    await server.steps.write(4, 'd', { up: statements('UPDATE t SET n = 4'), down: '' });
    server.executed();
  });

  it('is not applied unless that is said, and plan, status and verify tell it', async () => {
    for (const args of [['up'], ['up', '--dry-run'], ['plan'], ['up', '--to', B]]) {
      const { code, out } = await server.migrate(...args);
      expect([args, code, out]).toEqual([
        args,
        5,
        expect.stringMatching(/_b\.ts comes before a step that is applied.*"up --out-of-order"/),
      ]);
    }
    expect((await server.migrate('status')).out).toMatch(/ b +pending, out of order/);
    expect((await server.migrate('verify')).out).toContain(
      `pending: ${B}, before steps that are applied ("up --out-of-order")`,
    );
    expect(server.executed()).toEqual([]);
  });

  it('is shown by the dry run that its refusal names', async () => {
    const { out } = await server.migrate('up', '--dry-run');
    expect(out).toContain('"up --out-of-order --dry-run" shows it');
    const shown = await server.migrate('up', '--out-of-order', '--dry-run');
    expect([shown.code, shown.out]).toEqual([0, expect.stringContaining('UPDATE dbo.t SET n = 1')]);
    expect(server.executed()).toEqual([]);
  });

  it('that fails names the command that goes on with it', async () => {
    await server.steps.write(2, 'b', { up: statements('UPDATE absent SET n = 1'), down: '' });
    const { code, out } = await server.migrate('up', '--out-of-order', '--to', B);
    expect([code, out]).toEqual([
      1,
      expect.stringContaining(`put it right and run "up --out-of-order --to ${B}" again`),
    ]);
    server.database.exec('create table absent (n int)');
    expect((await server.migrate('up', '--out-of-order', '--to', B)).out).toBe(`Applied 1: ${B}`);
  });

  it('is applied where that is said, and what follows with it', async () => {
    expect((await server.migrate('up', '--out-of-order')).out).toBe(
      `Applied 2: ${B}, 20300104000000_d.ts`,
    );
    expect(server.executed()).toEqual(['UPDATE t SET n = 1', 'UPDATE t SET n = 4']);
  });

  it('is not run by a plan of all steps that is run by hand, and is by one out of order', async () => {
    const planOf = async (...args: readonly string[]) =>
      (await runHere(['plan', ...args], { directory: server.steps.path, url: undefined })).out;
    const [first, second] = server.runScript(await planOf());
    expect(first).toMatch(/_b\.ts was not run: a later step is applied already\. .*--out-of-order/);
    expect(second).toBe('20300104000000_d.ts was not run: an earlier step is not applied.');
    expect(server.executed()).toEqual([]);
    expect(server.runScript(await planOf('--out-of-order'))).toEqual([]);
    expect(server.executed()).toEqual(['UPDATE t SET n = 1', 'UPDATE t SET n = 4']);
    expect(server.runScript(await planOf())).toEqual([]);
    expect(server.executed()).toEqual([]);
  });
});

describe('verify of steps that are pending', () => {
  it('says in its first words that nothing is applied', async () => {
    const { code, out } = await server.migrate('verify');
    expect(code).toBe(0);
    expect(out).toMatch(/^Nothing is applied here/);
    expect(out).toMatch(/Not one step is applied: 2 pending\.$/);
    expect(out).not.toContain('Sound');
  });

  it('counts and names them, and fails only where that is said', async () => {
    await server.migrate('up', '--to', A);
    const { code, out } = await server.migrate('verify');
    expect(code).toBe(0);
    expect(out).toContain(`pending: ${B}`);
    expect(out).toContain('Sound: 1 of 2 steps applied, 1 pending');
    expect((await server.migrate('verify', '--pending-fails')).code).toBe(3);
    await server.migrate('up');
    expect((await server.migrate('verify', '--pending-fails')).code).toBe(0);
  });
});

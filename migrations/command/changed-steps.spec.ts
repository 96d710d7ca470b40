import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
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
  vi.unstubAllEnvs();
  await server.close();
});

const containing = (text: string): unknown => expect.stringContaining(text);

/** A step that comes to other T-SQL where SPELLING says so, as one does after an upgrade of knex. */
const writeB = (more = '', purpose = 'b', place = 2) =>
  server.steps.write(place, purpose, {
    up: 'await knex.schema.raw(process.env.SPELLING ?? "UPDATE t SET n = 1");',
    down: '',
    more,
  });

describe('a step that the same file compiles to other T-SQL', () => {
  beforeEach(async () => {
    await server.migrate('up');
    vi.stubEnv('SPELLING', 'UPDATE [t] SET [n] = 1');
  });

  it('is told by status and verify with the difference, and neither fails', async () => {
    expect(await server.statuses()).toEqual([`${A} applied`, `${B} recompiled`]);
    expect((await server.migrate('status')).out).toContain(`${B} comes to other T-SQL`);
    const { code, out } = await server.migrate('verify');
    expect(code).toBe(0);
    expect(out).toContain(
      `${B}: comes to other T-SQL than when it was applied, though its file is the same`,
    );
    expect(out).toContain('    - UPDATE dbo.t SET n = 1\n    + UPDATE dbo.[t] SET [n] = 1');
  });

  it('does not hold up what follows, and repair notes it', async () => {
    await server.steps.write(3, 'c', { up: statements('UPDATE t SET n = 3'), down: '' });
    expect(await server.migrate('up')).toEqual({ code: 0, out: `Applied 1: ${C}` });
    expect((await server.migrate('repair')).out).toContain(
      `Accepted as they stand here now: ${B}.`,
    );
    expect(await server.statuses()).toEqual([`${A} applied`, `${B} applied`, `${C} applied`]);
    vi.unstubAllEnvs();
    expect((await server.statuses())[1]).toBe(`${B} recompiled`);
  });

  it('is another approval', async () => {
    const approval = async () =>
      z
        .object({ approval: z.string() })
        .parse(JSON.parse((await server.migrate('plan', '--json')).out)).approval;
    await writeB('', 'c', 3);
    const now = await approval();
    vi.unstubAllEnvs();
    expect(await approval()).not.toBe(now);
  });
});

describe('a step of which the parts that are done come to other T-SQL', () => {
  it('is not gone on with', async () => {
    await server.steps.write(3, 'c', {
      up: `await knex.schema.raw(process.env.SPELLING ?? 'UPDATE t SET n = 1'); ${statements('UPDATE nothing SET n = 2')}`,
      down: '',
      more: 'export const config = { transaction: false };',
    });
    expect((await server.migrate('up')).code).toBe(1);
    vi.stubEnv('SPELLING', 'UPDATE [t] SET [n] = 1');
    expect((await server.statuses())[2]).toBe(`${C} half-applied`);
    server.executed();
    const { code, out } = await server.migrate('up');
    expect([code, server.executed()]).toEqual([5, []]);
    expect(out).toMatch(
      /comes to other T-SQL than when 1 of 2 parts had been.*the release that began it/,
    );
  });
});

describe('a step that was edited', () => {
  it('is told from one of which a comment was', async () => {
    await server.migrate('up');
    await writeB('// a comment');
    expect(await server.migrate('verify')).toMatchObject({
      code: 3,
      out: containing(
        `${B}: was edited after it had been applied (its text alone: the T-SQL is the same)`,
      ),
    });
    vi.stubEnv('SPELLING', 'DELETE FROM t');
    const { out } = await server.migrate('verify');
    expect(out).toContain(`${B}: was edited after it had been applied, and its T-SQL is other`);
    expect(out).toContain('    - UPDATE dbo.t SET n = 1\n    + DELETE FROM dbo.t');
    expect((await server.migrate('up')).code).toBe(5);
  });
});

describe('a history of before file and T-SQL were told apart', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const oldChecksum = async (name: string, sql: string) =>
    sha256(
      `${await readFile(join(server.steps.path, name), 'utf8')}\0[[{"kind":"statement","sql":"${sql}"}],[]]`,
    );

  beforeEach(async () => {
    await server.migrate('up');
    server.database.exec('alter table migration_history drop column statements');
    server.database.exec('alter table migration_history drop column statements_checksum');
    for (const [name, sql] of [
      [A, 'UPDATE t SET n = 0'],
      [B, 'UPDATE t SET n = 1'],
    ] as const) {
      server.database
        .prepare('update migration_history set checksum = ? where name = ?')
        .run(await oldChecksum(name, sql), name);
    }
  });

  const columns = () => server.query("select name from pragma_table_info('migration_history')");

  it('is read as it is, and not changed by reading', async () => {
    const before = columns();
    expect(await server.statuses()).toEqual([`${A} applied`, `${B} applied`]);
    expect((await server.migrate('verify')).code).toBe(0);
    expect(columns()).toEqual(before);
    vi.stubEnv('SPELLING', 'UPDATE [t] SET [n] = 1');
    expect((await server.statuses())[1]).toBe(`${B} changed`);
    expect((await server.migrate('verify')).out).toContain('the history of then kept them as one');
  });

  it('is added to by the next that migrates, who runs nothing again', async () => {
    await server.steps.write(3, 'c', { up: statements("UPDATE t SET n = 'a''b'"), down: '' });
    server.executed();
    expect(await server.migrate('up')).toEqual({ code: 0, out: `Applied 1: ${C}` });
    expect(server.executed()).toEqual(["UPDATE t SET n = 'a''b'"]);
    const [row] = server.query(
      `select checksum, statements_checksum, statements from migration_history where name = '${C}'`,
    );
    const statementsText = z.string().parse(row?.['statements']);
    expect(statementsText).toBe(`[[{"kind":"statement","sql":"UPDATE dbo.t SET n = 'a''b'"}],[]]`);
    expect(row).toMatchObject({
      checksum: sha256(await readFile(join(server.steps.path, C), 'utf8')),
      statements_checksum: sha256(statementsText),
    });
    expect(await server.statuses()).toEqual([`${A} applied`, `${B} applied`, `${C} applied`]);
  });

  it('is noted anew by repair, so that the next upgrade of knex is no edit', async () => {
    expect((await server.migrate('repair')).out).toContain(
      `Accepted as they stand here now: ${A}, ${B}.`,
    );
    expect((await server.migrate('repair')).out).toBe('Nothing to repair.');
    vi.stubEnv('SPELLING', 'UPDATE [t] SET [n] = 1');
    expect((await server.statuses())[1]).toBe(`${B} recompiled`);
  });
});

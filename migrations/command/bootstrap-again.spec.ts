import { afterEach, describe, expect, it } from 'vitest';
import { PASSWORDS, startInstance as start } from '../testing/bootstrap-instance.ts';
import type { BootstrapInstance } from '../testing/bootstrap-instance.ts';

const started: BootstrapInstance[] = [];
afterEach(() => Promise.all(started.splice(0).map(({ server }) => server.close())));

/** A server that remembers what was done on it. It cuts the session at the change `cutAt`, done or not. */
async function startRemembering(cutAt: number, isDone: boolean) {
  const done = new Set<string>();
  let count = -1;
  const instance = await start({}, (sql, apply) => {
    count += 1;
    if (count === cutAt && !isDone) return 'drop';
    apply();
    done.add(sql);
    return count === cutAt ? 'drop' : {};
  });
  started.push(instance);
  return {
    ...instance,
    end: () => ({ done: [...done].sort(), logins: [...instance.instance.logins] }),
  };
}

/** Each part that is sent, of a run that nothing cuts. */
describe('bootstrap that lost its connection', async () => {
  const whole = await startRemembering(-1, true);
  await whole.run([]);
  const parts = whole.changes().length;

  it.each(Array.from({ length: parts }, (_, at) => at))(
    'at part %d says what is done and what not, and comes to the same end when it is run again',
    async (at) => {
      for (const isDone of [false, true]) {
        const server = await startRemembering(at, isDone);
        const cut = await server.run([]);
        expect(cut.code).toBe(1);
        expect(cut.out).toMatch(
          /^bootstrap failed at "(.+)": .*\n[^]*Not known to be done:\n {2}\1\n/,
        );
        expect(cut.out.includes('Done, and stays:\n  The database; RDS')).toBe(at > 0);
        expect(cut.out.includes('Not begun:\n')).toBe(at < parts - 1);
        expect(cut.out).toMatch(
          /\nThen run the same command again: it leaves what is there as it is/,
        );
        expect((await server.run([])).code).toBe(0);
        expect(server.end()).toEqual(whole.end());
        expect(
          server.secrets().every((one) => Object.values(PASSWORDS).includes(String(one))),
        ).toBe(true);
      }
    },
  );

  it('names each part once, in one list', async () => {
    const server = await startRemembering(7, false);
    const { out } = await server.run([]);
    expect(out.split('\n').slice(1)).toMatchInlineSnapshot(`
      [
        "Done, and stays:",
        "  The database; RDS for SQL Server creates none by itself",
        "  Readers see the last committed version of a row instead of waiting for its writer",
        "  Reports may read one state of everything",
        "  The login shop_migrator",
        "  The login shop_app",
        "  The login shop_reports",
        "Not known to be done:",
        "  Bookkeeping of migrations",
        "Not begun:",
        "  The role ordercast_migrator_role",
        "  The rights of ordercast_migrator_role",
        "  The role ordercast_app_role",
        "  The rights of ordercast_app_role",
        "  The role ordercast_reports_role",
        "  The rights of ordercast_reports_role",
        "  Rights on single tables, now and whenever one is made",
        "  The user shop_migrator",
        "  The user shop_app",
        "  The user shop_reports",
        "Then run the same command again: it leaves what is there as it is, and does the rest.",
      ]
    `);
    const listed = out.split('\n').filter((line) => line.startsWith('  '));
    expect(new Set(listed).size).toBe(listed.length);
  });
});

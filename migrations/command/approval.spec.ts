import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EITHER_DATABASE } from '../testing/either-database.ts';
import type { TestDatabase } from '../testing/either-database.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';

/** SHA-256 of nothing, which was once given as the approval of nothing to do. */
const OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe.each(EITHER_DATABASE)('where there is nothing to do on %s', (_kind, open) => {
  let steps: StepFolder;
  let database: TestDatabase;
  beforeEach(async () => {
    steps = await openStepFolder();
    database = await open();
    await steps.write(1, 'one', { up: statements('CREATE TABLE one (id int)'), down: '' });
    await migrate('up');
  });
  afterEach(async () => {
    await database.close();
    await steps.remove();
  });
  const migrate = (...args: readonly string[]) =>
    runHere(args, { directory: steps.path, url: database.url });

  it.each([['plan'], ['up --dry-run'], ['down --to 20300101000000 --dry-run']])(
    '%s gives no approval',
    async (command) => {
      const { code, out } = await migrate(...command.split(' '));
      expect(code).toBe(0);
      expect(out).not.toMatch(/Approval|[0-9a-f]{64}$/m);
      const json: unknown = JSON.parse((await migrate(...command.split(' '), '--json')).out);
      expect(json).toMatchObject({ approval: null, steps: [] });
    },
  );

  it.each([
    ['up', 'nothing is pending'],
    ['down --to 20300101000000', 'nothing would be undone'],
  ])('%s takes none', async (command, why) => {
    for (const approved of [OF_NOTHING, '0'.repeat(64)]) {
      const { code, out } = await migrate(...command.split(' '), '--approved', approved);
      expect([code, out]).toEqual([5, expect.stringContaining(`Refused: ${why}`)]);
      expect(out.split(OF_NOTHING)).toHaveLength(approved === OF_NOTHING ? 2 : 1);
    }
  });
});

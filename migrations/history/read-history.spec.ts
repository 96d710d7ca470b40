import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EITHER_DATABASE } from '../testing/either-database.ts';
import type { TestDatabase } from '../testing/either-database.ts';
import { runHere } from '../testing/run-here.ts';
import { openStepFolder, statements } from '../testing/step-files.ts';
import type { StepFolder } from '../testing/step-files.ts';

describe.each(EITHER_DATABASE)(
  'a history that somebody has changed by hand on %s',
  (_kind, open) => {
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
    const migrate = (...args: string[]) =>
      runHere(args, { directory: steps.path, url: database.url });

    it.each([
      ['a column is gone', 'alter table migration_history drop column item_cursor', 'item_cursor'],
      [
        'a row says what no command writes',
        "update migration_history set direction = 'sideways'",
        'direction',
      ],
    ])('is refused by name where %s', async (_what, change, column) => {
      await database.run(change);

      for (const command of ['status', 'verify', 'up', 'plan']) {
        const { code, out } = await migrate(command);

        expect([command, code]).toEqual([command, 5]);
        expect(out).toMatch(new RegExp(`in migration_history the columns ${column} are missing`));
        expect(out).not.toContain('.ts:');
      }
    });
  },
);

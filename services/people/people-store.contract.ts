import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenTestDatabase } from '../testing/each-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { findPerson, keepPerson, updatePerson } from './people-store.ts';

/** What every database must do with people. */
export function peopleStoreContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  describe('the people store', () => {
    it('keeps whoever came first under a sub, also of several at once', async () => {
      const ada = { sub: 'ada', name: 'Ada Lovelace 🧮', email: 'Ada@Example.com' };
      await keepPerson(database.db, ada, 1000);
      await Promise.all(
        Array.from({ length: 5 }, (_unused, index) =>
          keepPerson(database.db, { ...ada, name: `Other ${index}` }, 2000),
        ),
      );
      expect(await findPerson(database.db, 'ada')).toEqual(ada);
      expect(await findPerson(database.db, 'ADA')).toBeUndefined();
      expect(await findPerson(database.db, 'ada ')).toBeUndefined();
    });

    it('changes name and address, and keeps an address that nothing replaces', async () => {
      const ada = { sub: 'ada', name: 'Ada Byron', email: 'ada@example.com' };
      await keepPerson(database.db, ada, 1000);
      await updatePerson(database.db, { ...ada, name: 'Ada Lovelace', email: '' }, 2000);
      expect(await findPerson(database.db, 'ada')).toEqual({ ...ada, name: 'Ada Lovelace' });
      const moved = { ...ada, email: 'countess@example.com' };
      await updatePerson(database.db, moved, 3000);
      expect(await findPerson(database.db, 'ada')).toEqual(moved);
      await updatePerson(database.db, { ...ada, sub: 'nobody' }, 3000);
      expect(await findPerson(database.db, 'nobody')).toBeUndefined();
    });

    it('takes names that are too long, or broken, as far as a column can', async () => {
      const name = `\ud800${'ß'.repeat(300)}`;
      await keepPerson(database.db, { sub: 'x', name, email: '' }, 1000);
      expect((await findPerson(database.db, 'x'))?.name).toBe(`\ufffd${'ß'.repeat(199)}`);
    });
  });
}

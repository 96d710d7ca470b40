import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenTestDatabase } from '../testing/each-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { findPerson, keepPerson } from './people-store.ts';

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

    it('leaves out what nobody sees in a name, and what turns the writing around it', async () => {
      const person = { sub: 'x', name: ' Ada\n\u202eLovelace\u0000 ', email: 'a\u2066@b.example' };
      await keepPerson(database.db, person, 1000);
      expect(await findPerson(database.db, 'x')).toEqual({
        sub: 'x',
        name: 'Ada Lovelace',
        email: 'a@b.example',
      });
    });

    it('takes names that are too long, or broken, as far as a column can', async () => {
      const name = `\ud800${'ß'.repeat(300)}`;
      await keepPerson(database.db, { sub: 'x', name, email: '' }, 1000);
      expect((await findPerson(database.db, 'x'))?.name).toBe(`\ufffd${'ß'.repeat(199)}`);
    });
  });
}

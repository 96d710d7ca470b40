import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepPerson } from '../people/people-store.ts';
import type { OpenTestDatabase } from '../testing/each-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { insertAnnouncement, listAnnouncements } from './announcement-store.ts';

const AT = Date.parse('2026-11-22T08:30:00.123Z');

/** What every database must do with announcements. */
export function announcementStoreContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  describe('the announcement store', () => {
    it('gives back the newest first, with their author, a page at a time', async () => {
      const { db } = database;
      await keepPerson(db, { sub: 'alex', name: 'Älex 🎈', email: 'alex@example.com' }, 1000);
      const all = [1, 2, 3].map((number) => ({
        id: `01KAN00000000000000000000${number}`,
        text: `„Ruhe“, bitte 🍏 ${number}`,
        bySub: 'alex',
        at: AT,
      }));
      for (const one of all) await insertAnnouncement(db, one);
      const byName = 'Älex 🎈';
      const [first, second, third] = all.map((one) => ({ ...one, byName }));
      expect(await listAnnouncements(db, undefined, 2)).toEqual([third, second]);
      expect(await listAnnouncements(db, second?.id, 2)).toEqual([first]);
    });
  });
}

import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { OpenTestDatabase } from '../testing/each-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { findPerson, keepPerson, updatePerson } from './people-store.ts';
import { keepMissingWords, keepWords, whoseWordBeginsWith } from './person-words-store.ts';

/** What every database must do with people. */
export function peopleStoreContract(open: OpenTestDatabase): void {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  const found = async (q: string) =>
    z
      .array(z.object({ sub: z.string() }))
      .parse(await whoseWordBeginsWith(database.db, q))
      .sort((a, b) => (a.sub < b.sub ? -1 : 1));

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
      const person = {
        sub: 'x',
        name: ' Ada\n\u202eLovelace\u0000\u{e0041}\u200b ',
        email: 'a\u2066@b.example',
      };
      await keepPerson(database.db, person, 1000);
      expect(await findPerson(database.db, 'x')).toEqual({
        sub: 'x',
        name: 'Ada Lovelace',
        email: 'a@b.example',
      });
    });

    it('calls whoever has no name that shows Nameless', async () => {
      const names = ['', ' \u200b', '\u3164', `${'\u200d'.repeat(250)}Ada`];
      for (const [index, name] of names.entries()) {
        const sub = `x${index}`;
        await keepPerson(database.db, { sub, name, email: '' }, 1000);
        expect((await findPerson(database.db, sub))?.name).toBe('Nameless');
      }
      await updatePerson(database.db, { sub: 'x0', name: '\u200e', email: '' }, 2000);
      expect((await findPerson(database.db, 'x0'))?.name).toBe('Nameless');
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
      const smiles = `x${'😀'.repeat(150)}`;
      await keepPerson(database.db, { sub: 'y', name: smiles, email: smiles }, 1000);
      expect(await findPerson(database.db, 'y')).toEqual({
        sub: 'y',
        name: `x${'😀'.repeat(99)}`,
        email: smiles,
      });
    });

    it('makes anew what a person is found by in the transaction that changes their name', async () => {
      await keepPerson(database.db, { sub: 'ada', name: 'Ada Byron', email: 'ada@x' }, 1000);
      const rename = async (trx: Knex) => {
        await trx('people').where({ sub: 'ada' }).update({ name: 'Ada King' });
        await keepWords(trx, 'ada');
      };
      const undone = database.db.transaction(async (trx) => {
        await rename(trx);
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      expect(await found('byron')).toEqual([{ sub: 'ada' }]);
      await database.db.transaction(rename);
      expect(await found('byron')).toEqual([]);
      expect(await found('KING')).toEqual([{ sub: 'ada' }]);
    });

    it('finds whom a program of the version before wrote by its keys, then by every word', async () => {
      const keys = { name_key: 'ada lovelace', email_key: 'x@y' };
      const person = { name: 'Ada Lovelace', email: 'x@y', created_at: new Date(1000) };
      for (const sub of ['a', 'b', 'c'])
        await database.db('people').insert({ sub, ...person, ...keys });
      const all = [{ sub: 'a' }, { sub: 'b' }, { sub: 'c' }];
      expect(await found('ADA')).toEqual(all);
      expect(await found('X@')).toEqual(all);
      expect(await found('lovelace')).toEqual([]);
      expect(await keepMissingWords(database.db, 2)).toBe(2);
      expect(await keepMissingWords(database.db, 2)).toBe(1);
      expect(await keepMissingWords(database.db, 2)).toBe(0);
      expect(await found('LOVELACE')).toEqual(all);
    });

    it('makes the words anew that older rules made, so that any apostrophe finds them', async () => {
      const person = { sub: 'pat', name: 'Pat O’Brien', email: 'pat@x' };
      await keepPerson(database.db, person, 1000);
      await database.db('person_words').where({ word: "o'brien" }).update({ word: 'o’brien' });
      await database.db('people').update({ words_version: 1 });
      expect(await keepMissingWords(database.db, 10)).toBe(1);
      for (const q of ["o'brien", 'o’brien', 'Oʼbrien']) {
        expect(await found(q)).toEqual([{ sub: 'pat' }]);
      }
    });

    it('makes the words of a person once, whoever does so at the same time', async () => {
      await keepPerson(database.db, { sub: 'ada', name: 'Ada Byron', email: 'ada@x' }, 1000);
      await database.db('people').update({ words_version: null, name: 'Ada King' });
      await Promise.all(Array.from({ length: 4 }, () => keepMissingWords(database.db, 10)));
      expect(await database.db('person_words').orderBy('word').pluck('word')).toEqual([
        'ada king',
        'ada@x',
        'king',
      ]);
    });
  });
}

import { foldText } from '@ordercast/contract/fold-text.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { describe, expect, it } from 'vitest';
import { personWords, searchedWord } from './person-words.ts';

describe('the words that a person is found by', () => {
  it('are the name from each of its words on, and the whole address', () => {
    const ada = { name: 'Ada King-Noel, Countess', email: 'Ada.King@Example.com' };
    expect(personWords(ada)).toEqual([
      'ada king-noel, countess',
      'king-noel, countess',
      'noel, countess',
      'countess',
      'ada.king@example.com',
    ]);
  });

  it('begin with whatever the name begins with, and say nothing twice', () => {
    expect(personWords({ name: '100% Öve_[x]', email: '' })).toEqual([
      '100% ove_[x]',
      'ove_[x]',
      'x]',
    ]);
    expect(personWords({ name: 'ada@x.org', email: 'ADA@x.org' })).toEqual([
      'ada@x.org',
      'x.org',
      'org',
    ]);
    expect(personWords({ name: '', email: '' })).toEqual([]);
  });

  it('are found by any apostrophe or hyphen, from the word after it on too', () => {
    for (const name of ["Pat O'Brien-Ross", 'Pat O’Brien‐Ross', 'Pat OʼBrien–Ross']) {
      const words = personWords({ name, email: '' });
      expect(words).toEqual(["pat o'brien-ross", "o'brien-ross", 'brien-ross', 'ross']);
      for (const typed of ["O'B", 'o’b', 'oʼb']) expect(words[1]).toContain(searchedWord(typed));
    }
  });

  it('are at most twenty of the name and one address, each of 320 units, and so is a search', () => {
    const words = personWords({ name: 'ab '.repeat(150), email: `${'ö'.repeat(400)}@x` });
    expect(words.length).toBeLessThanOrEqual(21);
    expect(words.at(-1)).toBe('o'.repeat(320));
    for (const word of words) {
      expect(word.length).toBeLessThanOrEqual(320);
      expect(word).toBe(word.trim());
    }
    expect(searchedWord('ﬃ'.repeat(320))).toBe('ffi'.repeat(107).slice(0, 320));
  });

  it('end with a whole character, and so does a search', () => {
    const long = `x${'😀'.repeat(200)}`;
    const cut = `x${'😀'.repeat(159)}`;
    expect(personWords({ name: long, email: '' })).toEqual([cut]);
    expect(searchedWord(long)).toBe(cut);
  });

  it('are folded to the same from any text, whatever its case and marks, and no further', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 5_000; round += 1) {
      const text = randomText(random);
      const folded = foldText(text);
      const seen = JSON.stringify(text);
      expect([seen, foldText(folded)]).toEqual([seen, folded]);
      expect([seen, foldText(text.toLowerCase())]).toEqual([seen, folded]);
      expect([seen, foldText(text.toUpperCase())]).toEqual([seen, folded]);
      expect([seen, foldText(text.normalize('NFD'))]).toEqual([seen, folded]);
      expect([seen, foldText(text.replaceAll(/\p{L}/gu, '$&\u0301'))]).toEqual([seen, folded]);
    }
  });
});
/** Up to 12 characters of any script, letters mostly. */
function randomText(random: () => number): string {
  const length = Math.floor(random() * 12);
  let text = '';
  while (Array.from(text).length < length) {
    const limit = random() < 0.7 ? 0x2200 : 0x2_0000;
    const character = String.fromCodePoint(Math.floor(random() * limit));
    // A Greek iota below a letter is a mark, but its capital is a letter of its own.
    const isOdd = /[\p{Cs}\u0345]/u.test(character.normalize('NFKD'));
    if (!isOdd) text += character;
  }
  return text;
}

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
});

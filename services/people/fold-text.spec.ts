import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { describe, expect, it } from 'vitest';
import { foldText } from './fold-text.ts';

describe('a folded text', () => {
  it.each([
    ['Ada Lovelace', 'ada lovelace'],
    ['ΟΔΥΣ', 'οδυσ'],
    ['Οδυσσέας', 'οδυσσεασ'],
    ['İPEK', 'ipek'],
    ['Işık', 'isik'],
    ['WEISS', 'weiss'],
    ['Weiß', 'weiss'],
    ['WEIẞ', 'weiss'],
    ['Ångström', 'angstrom'],
    ['Nguyễn', 'nguyen'],
    ['Ａｄａ', 'ada'],
    ['Zoe\u0308', 'zoe'],
    ['ﬁn', 'fin'],
    ['  Ada \u00a0\t Lovelace ', 'ada lovelace'],
    ['Иван Йорданов', 'иван иорданов'],
    ['李小龙', '李小龙'],
    ['\u0301', ''],
  ])('of %j is %j', (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  it('says the same of any text, whatever its case and marks, and folds no further', () => {
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

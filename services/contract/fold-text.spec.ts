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
    ['O’Brien', "o'brien"],
    ['Oʼ Bʻ C‘ D‛ E′ F` G´ H＇', "o' b' c' d' e' f' g' h'"],
    ['King‐Noel–Ross—Smith', 'king-noel-ross-smith'],
    ['Ada\u200b Love\u00adlace\u200e', 'ada lovelace'],
    ['می‌خواهم', 'میخواهم'],
  ])('of %j is %j', (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });
});

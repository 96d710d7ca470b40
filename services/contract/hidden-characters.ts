/**
 * What nobody sees in a name, and what overrides or isolates the direction of writing: it makes two names
 * look alike, or reverses what is written beside it. Left alone is what names are spelled with: joiners
 * (Persian, Hindi, emoji), marks with the variation selectors (Japanese, Mongolian), marks of direction, the
 * letters of old Hangul, and the flags that are written in tags.
 */
const HIDDEN =
  /(?![\p{M}\p{Join_Control}\u061c\u115f\u1160\u180e\u200e\u200f])[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/u;
/** A flag of a region, such as England's (UTS 51, emoji tag sequences). */
const FLAG = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/gu;
const HIDDEN_OR_FLAG = new RegExp(`(${FLAG.source})|${HIDDEN.source}`, 'gu');
const BLANK = /[\t-\r\u0085\u2028\u2029]+/g;
/** The last two are blanks that Unicode counts among the symbols: of Braille, and of music. */
const VISIBLE = /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/u;

export function hasHiddenCharacters(text: string): boolean {
  return HIDDEN.test(text.replaceAll(FLAG, ''));
}

/** The same in one line, for a name or for a text attribute, where no markup can isolate it. */
export function withoutHiddenCharacters(text: string): string {
  return text.replace(BLANK, ' ').replace(HIDDEN_OR_FLAG, '$1');
}

/** Whether a reader sees anything of a text; marks that stand on nothing do not count. */
export function hasVisibleCharacters(text: string): boolean {
  return VISIBLE.test(text);
}

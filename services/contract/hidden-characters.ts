/**
 * Controls, line and paragraph separators, and what overrides or isolates the direction of writing: in a
 * name nobody sees them, and they can reverse what is written beside it. Joiners are none of these: names
 * in Persian and Hindi need them.
 */
const HIDDEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const BLANK = /[\t-\r\u0085\u2028\u2029]+/g;

export function hasHiddenCharacters(text: string): boolean {
  return HIDDEN.test(text);
}

/** The same in one line, for a name or for a text attribute, where no markup can isolate it. */
export function withoutHiddenCharacters(text: string): string {
  return text.replace(BLANK, ' ').replace(new RegExp(HIDDEN, 'gu'), '');
}

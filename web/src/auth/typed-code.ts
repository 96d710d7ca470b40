/**
 * A code as it was mailed or shown, from how somebody typed or pasted it: in groups with blanks or hyphens
 * between, in full-width digits, with characters around it that nobody sees.
 */
export function typedCode(typed: string): string {
  return typed.normalize('NFKC').replace(/[\s\p{Dash_Punctuation}\p{Cf}]/gu, '');
}

/** A code as it was mailed or shown, from how somebody typed it: in groups, with blanks or hyphens between. */
export function typedCode(typed: string): string {
  return typed.replace(/[\s\p{Dash_Punctuation}]/gu, '');
}

/**
 * A text as it can be printed in one line: characters and their marks in one where Unicode has them so, which fonts draw best; blanks
 * for what ends a line or moves a carriage; the replacement character for what is no character.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/\p{Cc}/gu, '\uFFFD');
}

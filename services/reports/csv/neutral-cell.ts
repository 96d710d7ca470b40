/**
 * What spreadsheets take for a formula: these signs at the beginning, and their full-width and small forms, also behind
 * blanks and characters that nobody sees, such as the Braille blank (U+2800) and Hangul's fillers; a tab or a carriage return there moves the rest to a cell of its own
 * (owasp.org/www-community/attacks/CSV_Injection).
 */
const FORMULA =
  /^[\s\p{C}\p{Default_Ignorable_Code_Point}\u2800\ufffd]*[=+\-@\t\r＝＋－＠﹦﹢﹣﹫]/u;
/** Such as an amount: a number in every spreadsheet, and nothing else. */
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * Text of a cell that no spreadsheet runs: what could be a formula gets an apostrophe before it. What no
 * file of UTF-8 text can carry, a NUL or half of a surrogate pair, becomes U+FFFD.
 */
export function neutralCell(text: string): string {
  const whole = text.toWellFormed().replaceAll('\u0000', '\ufffd');
  return FORMULA.test(whole) && !PLAIN_NUMBER.test(whole) ? `'${whole}` : whole;
}

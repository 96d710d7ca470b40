/**
 * What is typed for an apostrophe: quotation marks, primes, the grave and the acute accent alone, and the
 * letters that Unicode has for it. As escapes, since many look alike.
 */
const APOSTROPHE = /[`\u2018\u2019\u201b\u2032\u02b9\u02bb-\u02bd\u055a\ua78b\ua78c]/gu;

/**
 * A text as it is searched, in a database and on the page: two that differ only in case, marks, width,
 * blanks, kind of apostrophe or hyphen, or in what nobody sees, fold to the same, whatever stands around
 * them (`ΟΔΥΣ` begins `Οδυσσέας`, `WEISS` is `Weiß`, `ipek` is `İPEK`, `o'brien` is `O’Brien`).
 */
export function foldText(text: string): string {
  return (
    text
      .normalize('NFD')
      // Before it falls apart into a blank and a mark.
      .replaceAll('\u00b4', "'")
      .normalize('NFKD')
      .replaceAll(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, '')
      // There and back: capitals alone join ẞ, ß and ss, ı and i.
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      // The one letter whose small form depends on what follows it.
      .replaceAll('ς', 'σ')
      .replaceAll(APOSTROPHE, "'")
      .replaceAll(/\p{Dash_Punctuation}/gu, '-')
      .replaceAll(/\s+/g, ' ')
      .trim()
  );
}

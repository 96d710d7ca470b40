/**
 * A text as it is searched: two that differ only in case, marks, width or blanks fold to the same,
 * whatever stands around them (`ΟΔΥΣ` begins `Οδυσσέας`, `WEISS` is `Weiß`, `ipek` is `İPEK`).
 */
export function foldText(text: string): string {
  return (
    text
      .normalize('NFKD')
      .replaceAll(/\p{M}/gu, '')
      // There and back: capitals alone join ẞ, ß and ss, ı and i.
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      // The one letter whose small form depends on what follows it.
      .replaceAll('ς', 'σ')
      .replaceAll(/\s+/g, ' ')
      .trim()
  );
}

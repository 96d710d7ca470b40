/** The code points of CSS's `unicode-range`: `U+26,U+600-6FF`. */
export function parseUnicodeRanges(text: string): ReadonlySet<number> {
  const characters = new Set<number>();
  for (const range of text.split(',')) {
    const [first, last = first] = range
      .trim()
      .replace(/^U\+/i, '')
      .split('-')
      .map((digits) => Number.parseInt(digits, 16));
    if (first === undefined || last === undefined || !Number.isInteger(first + last)) {
      throw new Error(`Not a unicode-range: ${range}`);
    }
    for (let character = first; character <= last; character++) characters.add(character);
  }
  return characters;
}

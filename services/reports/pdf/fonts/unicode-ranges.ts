/** The code points of CSS's `unicode-range`: `U+26,U+600-6FF`. */
export function parseUnicodeRanges(text: string): ReadonlySet<number> {
  const characters = new Set<number>();
  for (const range of text.split(',')) {
    const [, from, to = from] = /^U\+([0-9a-f]+)(?:-([0-9a-f]+))?$/i.exec(range.trim()) ?? [];
    if (from === undefined || to === undefined) {
      throw new Error(`Not a unicode-range: ${range}`);
    }
    const [first, last] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
    for (let character = first; character <= last; character++) characters.add(character);
  }
  return characters;
}

/** The beginning of a text, at most so many UTF-16 units; no character of two units is left in half. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

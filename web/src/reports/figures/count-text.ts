/** A number of things, in the reader's own way of writing it. */
export function countText(count: number): string {
  return count.toLocaleString();
}

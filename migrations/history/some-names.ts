const MOST = 3;

/** Names in one line: three of them, and how many more there are, which `status` lists. */
export function someNames(names: readonly string[]): string {
  const more = names.length - MOST;
  if (more <= 0) return names.join(', ');
  return `${names.slice(0, MOST).join(', ')} and ${more} more (see "status")`;
}

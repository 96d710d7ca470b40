/** Stands for this site, whatever its address is; `.invalid` is nobody's. */
const HERE = 'http://here.invalid';

/**
 * Path, query and fragment of an address that stays on this site, as the browser would read it, or
 * undefined for any other address. The browser's own parser judges: it drops tabs and line breaks, reads
 * `\` as `/` and resolves `..`, so the text itself tells nothing.
 */
export function ownPath(address: string): string | undefined {
  if (!URL.canParse(address, HERE)) return undefined;
  const { origin, pathname, search, hash } = new URL(address, HERE);
  // `/.//evil.example` is a path, and what is left of it once resolved is another site's address.
  return origin === HERE && !pathname.startsWith('//') ? pathname + search + hash : undefined;
}

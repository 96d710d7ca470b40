/**
 * Whether the percent-encoding of a request target's path can be undone. What cannot names nothing, and every
 * router would trip over it in a way of its own.
 */
export function isDecodablePath(target: string): boolean {
  try {
    decodeURIComponent(target.split('?', 1)[0] ?? '');
    return true;
  } catch {
    return false;
  }
}

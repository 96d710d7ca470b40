/**
 * Whether the percent-encoding in a part of a request's target stands for UTF-8 (RFC 3986, section 2.5). Whoever reads
 * anything else takes it for something other than was meant, each in a way of its own.
 */
export function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

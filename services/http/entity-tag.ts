/** The entity tag of a version: `"<version>"`. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

const STRONG_TAG = /^"([1-9][0-9]{0,9})"$/;

/**
 * What an `If-Match` header demands (RFC 9110, section 13.1.1): `*` any version, else one of the
 * listed strong tags. Tags that we never gave match nothing.
 */
export function parseIfMatch(header: string | undefined): 'any' | readonly number[] | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  return header.split(',').flatMap((tag) => {
    const version = STRONG_TAG.exec(tag.trim())?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}

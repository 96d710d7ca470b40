const LAST_CODE_POINT = 0x10ffff;
const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;

/**
 * The half-open range of texts that begin with `prefix`, for a search that an index on a binary
 * collation answers by a seek (`column >= from and column < before`). `before` is undefined where
 * nothing sorts after the prefix's own texts.
 */
export function prefixRange(prefix: string): { from: string; before: string | undefined } {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === LAST_CODE_POINT) points.pop();
  const last = points.pop();
  if (last === undefined) return { from: prefix, before: undefined };
  const next = last + 1 === FIRST_SURROGATE ? AFTER_SURROGATES : last + 1;
  return { from: prefix, before: String.fromCodePoint(...points, next) };
}

import { describe, expect, it } from 'vitest';
import { hasHiddenCharacters, withoutHiddenCharacters } from './hidden-characters.ts';

describe('hidden characters', () => {
  it.each([
    ['an override', 'Ada \u202eecalevoL', 'Ada ecalevoL'],
    ['embeddings and their end', '\u202aA\u202bd\u202ca\u202d', 'Ada'],
    ['isolates', '\u2066A\u2067d\u2068a\u2069', 'Ada'],
    ['a null, an escape and a C1 control', 'A\u0000d\u001b[31ma\u009b', 'Ad[31ma'],
    ['line breaks and tabs', 'Ada\r\n\tLovelace\u2028X', 'Ada Lovelace X'],
  ])('of %s are found, and left out', (_name, text, plain) => {
    expect([hasHiddenCharacters(text), withoutHiddenCharacters(text)]).toEqual([true, plain]);
    expect(hasHiddenCharacters(plain)).toBe(false);
  });

  it.each(['José Ñandú', 'می‌خواهم', 'क्‍ष', 'אדה לאבלייס', 'Ada\u200e', '👩‍👩‍👧', "O'Brien-Smith"])(
    'are none of %s',
    (name) => {
      expect([hasHiddenCharacters(name), withoutHiddenCharacters(name)]).toEqual([false, name]);
    },
  );
});

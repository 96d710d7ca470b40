import { describe, expect, it } from 'vitest';
import {
  hasHiddenCharacters,
  hasVisibleCharacters,
  withoutHiddenCharacters,
} from './hidden-characters.ts';

describe('hidden characters', () => {
  it.each([
    ['an override', 'Ada \u202eecalevoL', 'Ada ecalevoL'],
    ['embeddings and their end', '\u202aA\u202bd\u202ca\u202d', 'Ada'],
    ['isolates', '\u2066A\u2067d\u2068a\u2069', 'Ada'],
    ['a null, an escape and a C1 control', 'A\u0000d\u001b[31ma\u009b', 'Ad[31ma'],
    [
      'a blank without width, a soft hyphen and a mark of byte order',
      '\u200bA\u00add\ufeffa',
      'Ada',
    ],
    ['tags after a letter', 'Ada\u{e0041}\u{e007f}', 'Ada'],
    ['a filler and invisible operators', 'A\u3164d\u2062a\uffa0', 'Ada'],
    ['line breaks and tabs', 'Ada\r\n\tLovelace\u2028X', 'Ada Lovelace X'],
  ])('of %s are found, and left out', (_name, text, plain) => {
    expect([hasHiddenCharacters(text), withoutHiddenCharacters(text)]).toEqual([true, plain]);
    expect(hasHiddenCharacters(plain)).toBe(false);
  });

  it.each([
    'José Ñandú',
    'می‌خواهم',
    'क्‍ष',
    'אדה לאבלייס',
    'Ada\u200e',
    '👩‍👩‍👧',
    '❤️',
    '葛\u{e0100}城',
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    "O'Brien-Smith",
  ])('are none of %j', (name) => {
    expect([hasHiddenCharacters(name), withoutHiddenCharacters(name)]).toEqual([false, name]);
    expect(hasVisibleCharacters(name)).toBe(true);
  });

  it.each([
    '',
    ' \u00a0\u3000',
    '\u200b',
    '\u200e',
    '\u200d\u200c',
    '\u3164',
    '\u2800',
    '\u{e0041}',
    '\ufe0f',
    '\u0301',
  ])('and blanks alone show nothing: %j', (text) => {
    expect(hasVisibleCharacters(text)).toBe(false);
  });
});

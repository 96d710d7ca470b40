import { describe, expect, it } from 'vitest';
import { nameError } from './name-error.ts';

describe('a name that somebody gives themselves', () => {
  it('is refused with the limit where it is longer than what is kept, and else taken as it is', () => {
    expect(nameError(`  ${'a'.repeat(200)}  `)).toBeUndefined();
    expect(nameError('a'.repeat(250))).toBe(
      'A name has at most 200 characters. This is 50 characters too long (an emoji counts as two or more).',
    );
    expect(nameError('😀'.repeat(101))).toContain('at most 200 characters');
  });

  it.each(['', ' ', '\u200b', '\u200e', '\u3164', '\u200d', '\u2800'])(
    'is asked for where nothing of it shows: %j',
    (name) => {
      expect(nameError(name)).toBe('Enter your name.');
    },
  );

  it.each(['Ada\u{e0041}', 'Ada\u200b', 'A\u3164da', 'Ada \u202eecalevoL'])(
    'is refused where a part of it shows nothing: %j',
    (name) => {
      expect(nameError(name)).toContain('characters that nobody can see');
    },
  );
});

import { describe, expect, it } from 'vitest';
import { newPassword, randomValue } from './new-password.ts';

/** Gives these texts as random bytes, one after the other. */
function bytesOf(...texts: readonly string[]) {
  const left = texts.map((text) => Buffer.from(text.padEnd(43, '0').slice(0, 43), 'base64url'));
  return () => left.shift() ?? Buffer.alloc(32);
}

describe('a new password', () => {
  it('is of 43 characters that need no quoting anywhere', () => {
    expect(newPassword('ordercast_app', bytesOf('Ab1-_'))).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it.each([
    ['has no capital letter', 'abc1'],
    ['has no small letter', 'ABC1'],
    ['has no digit', 'Abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrs'],
    ["has a part of the login's name", 'xAppA1'],
    ['has its first part, in capitals', 'aORDERCASTa1'],
  ])('is made anew where it %s, which SQL Server may refuse', (_name, text) => {
    const password = newPassword('ordercast_app', bytesOf(text, 'Zz9'));
    expect(password).toMatch(/^Zz9/);
  });

  it('takes no part of a name of under three characters for one', () => {
    expect(newPassword('my_db', bytesOf('xMyDb1'))).toMatch(/^xMyDb1/);
  });
});

it('a random value has 256 bits', () => {
  expect(
    Buffer.from(
      randomValue(() => Buffer.alloc(32, 255)),
      'base64url',
    ),
  ).toHaveLength(32);
});

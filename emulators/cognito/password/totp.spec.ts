import { expect, test } from 'vitest';
import { matchingStep, toBase32, totpCode } from './totp.ts';

const SECRET = toBase32(Buffer.from('12345678901234567890'));

test('secrets are written as RFC 4648 has it', () => {
  expect(SECRET).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  expect(toBase32(Buffer.from('foob'))).toBe('MZXW6YQ');
});

/** RFC 6238, appendix B, the last six digits. */
test.each([
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
])('at second %i the code is that of RFC 6238', (seconds, code) => {
  expect(totpCode(SECRET, seconds * 1000)).toBe(code);
});

test('a code holds one step before and after its own', () => {
  const at = 1_234_567_890_000;
  const code = totpCode(SECRET, at);
  const step = Math.floor(at / 30_000);
  expect([-2, -1, 0, 1, 2].map((steps) => matchingStep(SECRET, code, at + steps * 30_000))).toEqual(
    [undefined, step, step, step, undefined],
  );
});

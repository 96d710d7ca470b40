import { Secret, TOTP } from 'otpauth';

const STEP_MS = 30_000;
/** Six ASCII digits: otpauth throws where a code has as many characters but not as many bytes. */
const CODE = /^[0-9]{6}$/;

/** RFC 4648 without padding, as authenticator apps take it. */
export function toBase32(bytes: Uint8Array): string {
  return new Secret({ buffer: Uint8Array.from(bytes).buffer }).base32;
}

/** The code of RFC 6238 (SHA-1, 6 digits, 30 s) that holds at `atMs`, epoch ms. */
export function totpCode(secret: string, atMs: number): string {
  return new TOTP({ secret }).generate({ timestamp: atMs });
}

/**
 * The time step that `code` belongs to, one step of leeway either way (RFC 6238, 5.2), or
 * undefined. Whoever accepts it keeps the step, and takes none that is not later: a code is good
 * once.
 */
export function matchingStep(secret: string, code: string, atMs: number): number | undefined {
  if (!CODE.test(code)) return undefined;
  const stepsOff = new TOTP({ secret }).validate({ token: code, timestamp: atMs, window: 1 });
  return stepsOff === null ? undefined : Math.floor(atMs / STEP_MS) + stepsOff;
}

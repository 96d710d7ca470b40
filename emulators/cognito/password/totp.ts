import { createHmac } from 'node:crypto';

const STEP_MS = 30_000;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 without padding, as authenticator apps take it. */
export function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => BASE32.charAt(parseInt(group.padEnd(5, '0'), 2))).join('');
}

/** The code of RFC 6238 (SHA-1, 6 digits, 30 s) that holds at `atMs`. */
export function totpCode(secret: string, atMs: number): string {
  return codeOfStep(secret, Math.floor(atMs / STEP_MS));
}

/**
 * The time step that `code` belongs to, one step of leeway either way (RFC 6238, 5.2), or
 * undefined. Whoever accepts it keeps the step, and takes none that is not later: a code is good
 * once.
 */
export function matchingStep(secret: string, code: string, atMs: number): number | undefined {
  const now = Math.floor(atMs / STEP_MS);
  return [now, now - 1, now + 1].find((step) => codeOfStep(secret, step) === code);
}

function codeOfStep(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0xf;
  const number = (digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000;
  return String(number).padStart(6, '0');
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (digit) => BASE32.indexOf(digit).toString(2).padStart(5, '0'));
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => parseInt(byte, 2)));
}

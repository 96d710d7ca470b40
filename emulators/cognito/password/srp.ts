import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The server's side of SRP-6a as Cognito speaks it: the 3072-bit group of RFC 5054, SHA-256,
 * numbers hashed in their shortest two's complement form, and a key of 16 bytes by HKDF with the
 * info "Caldera Derived Key". The client's side is amazon-cognito-identity-js'
 * AuthenticationHelper, which the specs run unmodified against this.
 */
export interface PasswordVerifier {
  /** Hexadecimal, 16 random bytes. */
  salt: string;
  /** Hexadecimal, g^x mod N: the password itself is kept nowhere. */
  verifier: string;
}

const N = BigInt(
  '0x' +
    'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A0879' +
    '8E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B' +
    '0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA4836' +
    '1C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804' +
    'F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6' +
    '955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64' +
    'ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D226' +
    '1AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2' +
    '08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF',
);
const G = 2n;
const K = toNumber(sha256(signedBytes(N), signedBytes(G)));

/** What the pool keeps of a password. `username` is the user's sub, never the mail address. */
export function createVerifier(
  poolName: string,
  username: string,
  password: string,
  salt: Buffer,
): PasswordVerifier {
  const hexSalt = salt.toString('hex');
  const x = privateKey(poolName, username, password, hexSalt);
  return { salt: hexSalt, verifier: modPow(G, x, N).toString(16) };
}

/** Whether a password is the one that the verifier was made of. */
export function matchesVerifier(
  poolName: string,
  username: string,
  password: string,
  { salt, verifier }: PasswordVerifier,
): boolean {
  const x = privateKey(poolName, username, password, salt);
  return sameBytes(signedBytes(modPow(G, x, N)), signedBytes(fromHex(verifier)));
}

/** The client's A as a number, or undefined where it is none or would give the key away. */
export function parsePublicValue(hex: string): bigint | undefined {
  if (!/^[0-9a-f]{1,1024}$/i.test(hex)) return undefined;
  const value = fromHex(hex);
  return value % N === 0n ? undefined : value;
}

/** The server's B = kv + g^b mod N, hexadecimal. */
export function serverPublicValue(verifier: string, secret: Buffer): string {
  return ((K * fromHex(verifier) + modPow(G, toNumber(secret), N)) % N).toString(16);
}

/** The key that both sides now hold, if the client knew the password. */
export function sharedKey(a: bigint, b: string, secret: Buffer, verifier: string): Buffer {
  const u = sha256(signedBytes(a), signedBytes(fromHex(b)));
  const base = (a * modPow(fromHex(verifier), toNumber(u), N)) % N;
  const s = modPow(base, toNumber(secret), N);
  const extracted = hmac(signedBytes(toNumber(u)), signedBytes(s));
  return hmac(extracted, Buffer.from('Caldera Derived Key\u0001')).subarray(0, 16);
}

/** The signature that proves the key: over pool, user, secret block and the client's time. */
export function passwordProof(
  key: Buffer,
  poolName: string,
  username: string,
  secretBlock: Buffer,
  timestamp: string,
): Buffer {
  return hmac(
    key,
    Buffer.concat([Buffer.from(poolName + username), secretBlock, Buffer.from(timestamp)]),
  );
}

export function sameBytes(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function privateKey(poolName: string, username: string, password: string, salt: string): bigint {
  const identity = sha256(Buffer.from(`${poolName}${username}:${password}`));
  return toNumber(sha256(signedBytes(fromHex(salt)), identity));
}

function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Shortest two's complement: an even number of digits, led by 00 where the top bit is set. */
function signedBytes(value: bigint): Buffer {
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}

function toNumber(bytes: Buffer): bigint {
  return fromHex(bytes.toString('hex'));
}

function fromHex(hex: string): bigint {
  return BigInt(`0x${hex}`);
}

function sha256(...parts: Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function hmac(key: Buffer, message: Buffer): Buffer {
  return createHmac('sha256', key).update(message).digest();
}

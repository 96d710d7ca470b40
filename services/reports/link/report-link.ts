import { createHmac, timingSafeEqual } from 'node:crypto';
import { ulidSchema } from '@ordercast/contract/page.ts';
import { z } from 'zod';
import type { LinkKeys } from './link-keys.ts';

/** What a link that was signed here says. */
export interface OpenedLink {
  runId: string;
  /** Epoch ms. */
  issuedAt: number;
  /** Epoch ms. */
  expiresAt: number;
  /** Whether it was made for this address. */
  isFor: (address: string) => boolean;
}

const VERSION = '2';
/** A MAC of 256 bits has 43 characters in Base64; the recipient's is cut to 128 bits, as a name, not a proof. */
const RECIPIENT_BYTES = 16;
/** Ours have some 190 characters: more is not worth a look. */
const MAX_LENGTH = 512;

/** Short names: it stands in a URL, which SES lets be 870 characters long in a header. */
const payloadSchema = z.strictObject({
  /** Id of the key. */
  k: z.string(),
  /** Id of the run. */
  r: ulidSchema,
  /** Who it was sent to, as a keyed hash: who sees the link must not learn the address by trying some. */
  a: z.string(),
  /** When it was signed, in epoch ms: whoever is put on a list again must not open what was signed in the same second before. */
  i: z.int(),
  /** When it expires, in epoch seconds. */
  e: z.int(),
});
type Payload = z.infer<typeof payloadSchema>;

/**
 * Signs a link to a run for one recipient: `<version>.<payload>.<HMAC-SHA-256 of both>`. It is a secret: whoever has it reads the report
 * until `expiresAt` (epoch ms, cut to seconds), or until the address is put on its list anew, after `issuedAt` (epoch ms). No log may hold it. Throws `SecretUnavailable`.
 */
export async function signLink(
  keys: LinkKeys,
  {
    runId,
    address,
    issuedAt,
    expiresAt,
  }: { runId: string; address: string; issuedAt: number; expiresAt: number },
): Promise<string> {
  const { id, key } = await keys.current();
  const payload: Payload = {
    k: id,
    r: runId,
    a: recipientOf(key, runId, address),
    i: issuedAt,
    e: Math.floor(expiresAt / 1000),
  };
  const signed = `${VERSION}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
  return `${signed}.${macOf(key, signed)}`;
}

/** What a link says, expired or not; undefined: it was not signed here, or by a key that is no longer valid. Throws `SecretUnavailable`. */
export async function openLink(keys: LinkKeys, token: string): Promise<OpenedLink | undefined> {
  if (token.length > MAX_LENGTH) return undefined;
  const [version, encoded = '', mac = '', ...more] = token.split('.');
  if (version !== VERSION || more.length > 0) return undefined;
  const payload = parsePayload(encoded);
  if (payload === undefined) return undefined;
  const key = await keys.find(payload.k);
  // Texts are compared, not what they encode: of a link there is one spelling.
  if (key === undefined || !isSame(mac, macOf(key.key, `${version}.${encoded}`))) return undefined;
  return {
    runId: payload.r,
    issuedAt: payload.i,
    expiresAt: payload.e * 1000,
    isFor: (address) => isSame(payload.a, recipientOf(key.key, payload.r, address)),
  };
}

function parsePayload(encoded: string): Payload | undefined {
  try {
    const content: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString());
    return payloadSchema.safeParse(content).data;
  } catch {
    return undefined;
  }
}

function macOf(key: string, text: string): string {
  return createHmac('sha256', key).update(`report-link\n${text}`).digest('base64url');
}

function recipientOf(key: string, runId: string, address: string): string {
  const hash = createHmac('sha256', key).update(`report-recipient\n${runId}\n${address}`).digest();
  return hash.subarray(0, RECIPIENT_BYTES).toString('base64url');
}

/** The time that it takes tells nothing of where two texts part. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

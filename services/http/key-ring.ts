import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import jwksRsa from 'jwks-rsa';
import type { Logger } from '@ordercast/platform/logger.ts';

/** The pool's keys cannot be had now, so that no token can be judged. */
export class KeysUnavailable extends Error {
  override name = 'KeysUnavailable';
}

export interface KeyRing {
  /** The key of that id; undefined where the pool has none. Throws {@link KeysUnavailable}. */
  keyOf: (kid: string) => Promise<KeyObject | undefined>;
  /** Whether keys have been read, reading them now where not. */
  isReady: () => Promise<boolean>;
}

/** API Gateway's JWT authorizer keeps keys for up to 2 hours; we look every hour. */
const MAX_AGE_MS = 60 * 60 * 1000;
/** Unknown key ids make us ask at most this often, however many are thrown at us. */
const LEAST_PAUSE_MS = 5_000;
const PAUSE_AFTER_FAILURE_MS = 1_000;
const TIMEOUT_MS = 5_000;

/**
 * The public keys behind a JWKS URL as ready KeyObjects: handing express-jwt a PEM instead would
 * parse it anew for every request. Keys that were read once go on being used while the URL is
 * down. A key id is only ever looked up in a map.
 */
export function createKeyRing(settings: {
  jwksUri: string;
  /** Epoch ms. */
  clock: () => number;
  log: Logger;
}): KeyRing {
  const { jwksUri, clock, log } = settings;
  const client = jwksRsa({ jwksUri, cache: false, rateLimit: false, timeout: TIMEOUT_MS });
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let readAt = -Infinity;
  let nextAttemptAt = -Infinity;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    try {
      const signingKeys = await client.getSigningKeys();
      const pairs = signingKeys.map(
        (key) => [key.kid, createPublicKey(key.getPublicKey())] as const,
      );
      keys = new Map(pairs.filter(([, key]) => key.asymmetricKeyType === 'rsa'));
      readAt = clock();
      nextAttemptAt = readAt + LEAST_PAUSE_MS;
    } catch (error) {
      nextAttemptAt = clock() + PAUSE_AFTER_FAILURE_MS;
      log.warn({ err: error, jwksUri }, 'cannot read the signing keys of the user pool');
    }
  };
  const refresh = (): Promise<void> => {
    if (reading === undefined && clock() >= nextAttemptAt) {
      reading = read().finally(() => (reading = undefined));
    }
    return reading ?? Promise.resolve();
  };

  return {
    keyOf: async (kid) => {
      const known = keys.get(kid);
      if (known !== undefined) {
        if (clock() - readAt > MAX_AGE_MS) void refresh();
        return known;
      }
      await refresh();
      if (readAt === -Infinity) throw new KeysUnavailable('The signing keys cannot be read');
      return keys.get(kid);
    },
    isReady: async () => {
      if (readAt === -Infinity) await refresh();
      return readAt !== -Infinity;
    },
  };
}

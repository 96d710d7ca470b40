import type { Logger } from '@ordercast/platform/logger.ts';
import type { SecretStore } from '@ordercast/platform/secret-store.ts';
import { SecretUnavailable } from '@ordercast/platform/secret-unavailable.ts';
import { z } from 'zod';

/** What links are signed with. Two are valid at a time, so that a rotation ends no link that was just sent. */
export interface LinkKey {
  id: string;
  key: string;
}

/** Where signer and checker of links have their keys from. Both throw `SecretUnavailable` before the keys were ever read. */
export interface LinkKeys {
  /** The one that is signed with. */
  current: () => Promise<LinkKey>;
  /** One that is valid now, by its id; an id that is not known is looked for in the secret first. */
  find: (id: string) => Promise<LinkKey | undefined>;
}

/** So much later at most a key that was taken out of the secret signs and opens nothing more. */
const READ_AGAIN_AFTER_MS = 300_000;
/** Unknown ids make us ask at most this often, however many are thrown at us. */
const LEAST_PAUSE_MS = 5_000;

const keySchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/),
  key: z.string().regex(/^[!-~]{32,}$/),
});
const secretSchema = z.object({ current: keySchema, previous: keySchema.optional() });
type Keys = z.infer<typeof secretSchema>;

/**
 * The keys of a secret, `{"current": {"id", "key"}, "previous"?: {"id", "key"}}`. They are read when they are first asked for, again once
 * they are five minutes old, and when an id comes in that they do not have, at most once in five seconds. There is no timer, which a
 * frozen Lambda would not keep. Where they cannot be read again, the known ones stay valid. No text holds a key.
 */
export function createLinkKeys(settings: {
  /** Name or ARN. */
  secretId: string;
  secrets: Pick<SecretStore, 'read'>;
  /** Epoch ms. */
  clock: () => number;
  log: Logger;
}): LinkKeys {
  const { secretId, secrets, clock, log } = settings;
  let known: { keys: Keys; staleAt: number } | undefined;
  let nextLookAt = -Infinity;
  let reading: Promise<Keys> | undefined;

  const read = (): Promise<Keys> => {
    reading ??= secrets
      .read(secretId)
      .then((text) => parseKeys(secretId, text))
      .catch((error: unknown) => {
        if (known === undefined) throw error;
        // Its text alone: a cause may quote what was read.
        const reason = error instanceof SecretUnavailable ? error.message : 'unknown';
        log.warn({ reason }, 'cannot read the keys of report links again');
        return known.keys;
      })
      .then((keys) => {
        known = { keys, staleAt: clock() + READ_AGAIN_AFTER_MS };
        nextLookAt = clock() + LEAST_PAUSE_MS;
        return keys;
      })
      .finally(() => (reading = undefined));
    return reading;
  };
  const keys = (): Promise<Keys> | Keys =>
    known === undefined || clock() >= known.staleAt ? read() : known.keys;

  return {
    current: async () => (await keys()).current,
    find: async (id) => {
      const found = keyOf(await keys(), id);
      if (found !== undefined) return found;
      if (reading === undefined && clock() < nextLookAt) return undefined;
      return keyOf(await read(), id);
    },
  };
}

function keyOf({ current, previous }: Keys, id: string): LinkKey | undefined {
  return [current, previous].find((key) => key?.id === id);
}

function parseKeys(secretId: string, text: string): Keys {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Its error quotes the text.
    content = undefined;
  }
  const result = secretSchema.safeParse(content);
  if (result.success) return result.data;
  throw new SecretUnavailable(
    `The secret ${secretId} is not of the shape {"current": {"id": "…", "key": "…"}, "previous": {"id": "…", "key": "…"}}, the second as ` +
      `you like, with ids of letters and digits and keys of at least 32 printable ASCII characters without blanks. Put such a secret there.`,
  );
}

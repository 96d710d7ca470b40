import { createHash, timingSafeEqual } from 'node:crypto';
import type { Logger } from '@ordercast/platform/logger.ts';
import type { SecretStore } from '@ordercast/platform/secret-store.ts';
import { SecretUnavailable } from '@ordercast/platform/secret-unavailable.ts';
import type { Wait } from '@ordercast/platform/wait.ts';
import { z } from 'zod';

/** What the gateway puts on each request, so that the API knows whom it comes from. */
export interface GatewaySecret {
  /** Whether a value is one of those that are valid now; a value that is not known is looked for in the secret first. */
  accepts: (value: string) => Promise<boolean>;
  /** Ends the reading in the background. */
  close: () => void;
}

/** So much later at most a value that was taken out of the secret is refused. */
const READ_EVERY_MS = 60_000;
/** Unknown values make us ask at most this often, however many are thrown at us. */
const LEAST_PAUSE_MS = 5_000;
/** What a header can carry; 32 characters of 64 possible ones are 192 bits. */
const VALUE = /^[!-~]{32,}$/;

/** The newest value, and the one before, which is good while a rotation reaches the gateway. */
const secretSchema = z.object({
  newest: z.string().regex(VALUE),
  previous: z.string().regex(VALUE).optional(),
});

/**
 * Reads the valid values of a secret, and reads it again every 60 s, and when an unknown value comes in, at most once
 * in 5 s. Of the values only digests are kept. Where it cannot be read again, the known ones stay valid.
 * Throws `SecretUnavailable` where the first reading fails; no text holds a value.
 */
export async function openGatewaySecret(settings: {
  /** Name or ARN; its text is `{"newest": "…", "previous": "…"}`. */
  secretId: string;
  secrets: SecretStore;
  /** Epoch ms. */
  clock: () => number;
  /** Waits for the next reading in the background. */
  wait: Wait;
  log: Logger;
}): Promise<GatewaySecret> {
  const { secretId, secrets, clock, wait, log } = settings;
  const closing = new AbortController();
  const read = async () => parseValues(secretId, await secrets.read(secretId)).map(digestOf);

  let valid = await read();
  let nextLookAt = -Infinity;
  let reading: Promise<void> | undefined;

  const readAgain = async (): Promise<void> => {
    try {
      valid = await read();
    } catch (error) {
      // Its text alone: a cause may quote what was read.
      const reason = error instanceof SecretUnavailable ? error.message : 'unknown';
      log.warn({ reason }, 'cannot read the secret of the gateway again');
    }
  };
  const refresh = (): Promise<void> => {
    reading ??= readAgain().finally(() => (reading = undefined));
    return reading;
  };
  const refreshInBackground = async (): Promise<void> => {
    for (;;) {
      await wait(READ_EVERY_MS, closing.signal);
      if (closing.signal.aborted) return;
      await refresh();
    }
  };
  void refreshInBackground();

  return {
    accepts: async (value) => {
      const digest = digestOf(value);
      if (isAmong(valid, digest)) return true;
      if (clock() >= nextLookAt) {
        nextLookAt = clock() + LEAST_PAUSE_MS;
        void refresh();
      }
      await reading;
      return isAmong(valid, digest);
    },
    close: () => closing.abort(),
  };
}

/** All are compared whole, so that the time tells nothing of any. */
function isAmong(valid: readonly Buffer[], digest: Buffer): boolean {
  return valid.map((one) => timingSafeEqual(one, digest)).includes(true);
}

function digestOf(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

function parseValues(secretId: string, text: string): readonly string[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Its error quotes the text.
    content = undefined;
  }
  const result = secretSchema.safeParse(content);
  if (result.success) {
    const { newest, previous } = result.data;
    return previous === undefined ? [newest] : [newest, previous];
  }
  throw new SecretUnavailable(
    `The secret ${secretId} is not of the shape {"newest": "…", "previous": "…"}, the second as you like, with ` +
      `texts of at least 32 printable ASCII characters without blanks. Put such a secret there, and have the gateway send the newest one.`,
  );
}

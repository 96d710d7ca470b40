import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { z } from 'zod';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Turns facts into opaque tokens that only this pool can read and nobody can change (AES-256-GCM,
 * a key for each purpose): refresh tokens, challenge sessions, SRP secret blocks. So none of them
 * has to be remembered, and all outlive a restart.
 */
export interface Sealer {
  seal(purpose: string, facts: object): Buffer;
  /** Undefined for whatever this pool has not sealed for this purpose. */
  open<Facts>(purpose: string, sealed: Buffer, schema: z.ZodType<Facts>): Facts | undefined;
  /** Bytes that look random and are always the same for the same purpose and text. */
  derive(purpose: string, text: string): Buffer;
}

/** `secret` has 32 bytes; whoever has it can read and make everything sealed. */
export function createSealer(secret: Buffer, randomBytes: (size: number) => Buffer): Sealer {
  const derive = (purpose: string, text: string) =>
    createHmac('sha256', secret).update(purpose).update('\0').update(text).digest();

  return {
    derive,
    seal(purpose, facts) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', derive('seal', purpose), iv);
      const body = Buffer.concat([cipher.update(JSON.stringify(facts)), cipher.final()]);
      return Buffer.concat([iv, body, cipher.getAuthTag()]);
    },
    open(purpose, sealed, schema) {
      if (sealed.length <= IV_BYTES + TAG_BYTES) return undefined;
      const iv = sealed.subarray(0, IV_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', derive('seal', purpose), iv);
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        const body = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES));
        const text = Buffer.concat([body, decipher.final()]).toString();
        return schema.safeParse(JSON.parse(text)).data;
      } catch {
        return undefined;
      }
    },
  };
}

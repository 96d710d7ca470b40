import { z } from 'zod';
import type { VerifiedToken } from './token-verifier.ts';

/** A connection's identity as an authorizer's context: its values can only be texts. */
export function encodeIdentity({
  sub,
  groups,
  expiresAt,
  issuedAt,
}: VerifiedToken): Record<string, string> {
  return {
    sub,
    groups: JSON.stringify(groups),
    expiresAt: String(expiresAt),
    issuedAt: String(issuedAt),
  };
}

/** Reads it back from an event's `requestContext.authorizer`. */
export const identityContextSchema = z.object({
  sub: z.string().min(1),
  groups: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(z.string())),
  expiresAt: z.coerce.number().int(),
  issuedAt: z.coerce.number().int(),
});

import { z } from 'zod';

const codeSchema = z.strictObject({
  value: z.string(),
  /** Where it was sent. Older files do not say so of a code, and it is good for no address then. */
  email: z.string().default(''),
  expiresAt: z.number(),
});

/** One person, whole: what a file under `users/` holds. Times are milliseconds since 1970. */
export const userRecordSchema = z.strictObject({
  format: z.literal(1),
  /** A UUID: `sub`, `username` and the id in SRP at once. */
  username: z.string(),
  /** Everything but `sub`; `email_verified` is `true` or `false` as text. */
  attributes: z.record(z.string(), z.string()),
  status: z.enum(['UNCONFIRMED', 'CONFIRMED', 'FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED']),
  enabled: z.boolean(),
  groups: z.array(z.string()),
  password: z.strictObject({ salt: z.string(), verifier: z.string() }),
  temporaryPasswordEndsAt: z.number().optional(),
  createdAt: z.number(),
  modifiedAt: z.number(),
  codes: z.partialRecord(z.enum(['sign-up', 'forgot-password', 'verify-email']), codeSchema),
  totp: z
    .strictObject({
      /** Base32; verified, else it is still `pendingTotp`. */
      secret: z.string(),
      enabled: z.boolean(),
      preferred: z.boolean(),
      /** The time step of the last code that was used: no code is good twice. */
      lastStep: z.number(),
    })
    .optional(),
  /** A secret that was handed out and not yet proven by a code. */
  pendingTotp: z.string().optional(),
  /** Sign-ins that still stand, `origin_jti` to the end of their refresh token. */
  sessions: z.record(z.string(), z.number()),
});

export type UserRecord = z.infer<typeof userRecordSchema>;

export type UserChange = (user: UserRecord) => UserRecord;

/** Undefined-free reading of the mail address; every user of this pool has one. */
export const emailOf = (user: UserRecord): string => user.attributes['email'] ?? '';

/** The attributes as the protocol lists them, `sub` first. */
export function attributeList(user: UserRecord): { Name: string; Value: string }[] {
  const attributes = Object.entries({ sub: user.username, ...user.attributes });
  return attributes.map(([Name, Value]) => ({ Name, Value }));
}

import { z } from 'zod';
import { invalidParameter, notAuthorized } from '../protocol/cognito-error.ts';
import { usernameSchema } from '../protocol/username.ts';

/** The standard attributes of OpenID Connect that every Cognito pool has and users may write. */
const WRITABLE = new Set(
  (
    'address birthdate email family_name gender given_name locale middle_name name nickname ' +
    'phone_number picture preferred_username profile updated_at website zoneinfo'
  ).split(' '),
);
const READ_ONLY = new Set(['sub', 'email_verified', 'phone_number_verified']);
/** Of each attribute ("AttributeType": `Value` has at most 2,048 characters); so a user's are 35,000 at most. */
const MAX_VALUE_LENGTH = 2048;

export const attributesSchema = z.array(
  z.object({ Name: z.string(), Value: z.string().default('') }),
);

export type AttributeList = z.infer<typeof attributesSchema>;

/** Attributes by name; of a name that comes twice the last one counts. */
export function toRecord(attributes: AttributeList): Record<string, string> {
  return Object.fromEntries(attributes.map(({ Name, Value }) => [Name, Value]));
}

/** Refuses what users may not set about themselves. */
export function assertWritable(attributes: Record<string, string>): void {
  if (Object.keys(attributes).some((name) => READ_ONLY.has(name))) {
    throw notAuthorized('A client attempted to write unauthorized attribute');
  }
  assertInSchema(attributes);
}

/** Refuses what the pool's schema does not have; an administrator may write all but `sub`. */
export function assertInSchema(attributes: Record<string, string>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'sub' || !(WRITABLE.has(name) || READ_ONLY.has(name))) {
      throw invalidParameter(
        `Attributes did not conform to the schema: Type for attribute {${name}} could not be determined`,
      );
    }
    if (value.length > MAX_VALUE_LENGTH) {
      throw invalidParameter(
        `Attributes did not conform to the schema: ${name}: String must be no longer than ${MAX_VALUE_LENGTH} characters`,
      );
    }
  }
  const email = attributes['email'];
  if (email !== undefined && !isEmail(email))
    throw invalidParameter('Invalid email address format.');
}

/** A mail address that is no longer than a name: users sign in with it. */
export function isEmail(text: string): boolean {
  return usernameSchema.safeParse(text).success && z.email().safeParse(text).success;
}

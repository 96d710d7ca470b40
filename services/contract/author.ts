import { z } from 'zod';
import { roleSchema } from './role.ts';

/**
 * Who did something, as everybody who may read of it sees them. Never by their `sub`: it is a sign-in
 * name, so that whoever learns it could lock the account by wrong passwords.
 */
export const authorSchema = z.object({ name: z.string(), role: roleSchema });
export type Author = z.infer<typeof authorSchema>;

/** An author in an answer over HTTP, where the caller is known: `self` is there where they are the caller. */
export const answeredAuthorSchema = authorSchema.extend({ self: z.literal(true).optional() });
export type AnsweredAuthor = z.infer<typeof answeredAuthorSchema>;

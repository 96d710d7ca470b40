import { z } from 'zod';

/** A sub or a mail address, as long as Cognito lets a name be. */
export const usernameSchema = z.string().min(1).max(128);

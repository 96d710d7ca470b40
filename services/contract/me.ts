import { z } from 'zod';
import { roleSchema } from './role.ts';

export const meSchema = z.object({
  sub: z.string(),
  name: z.string(),
  email: z.string(),
  roles: z.array(roleSchema),
});
export type Me = z.infer<typeof meSchema>;

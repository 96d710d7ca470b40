import { z } from 'zod';
import { operation } from '../protocol/operation.ts';
import { userOfAccessToken } from '../tokens/session-tokens.ts';

/** ListDevices: the pool remembers no devices, so that nobody has any. */
export const listDevices = operation(
  z.object({
    AccessToken: z.string(),
    Limit: z.number().int().min(0).max(60).optional(),
    PaginationToken: z.string().optional(),
  }),
  (pool, { AccessToken }) => {
    userOfAccessToken(pool, AccessToken);
    return { Devices: [] };
  },
);

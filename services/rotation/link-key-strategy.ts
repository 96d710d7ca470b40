import { isDeepStrictEqual } from 'node:util';
import { randomValue } from './new-password.ts';
import type { RandomBytes } from './new-password.ts';
import { linkSecretSchema } from './rotated-secret.ts';
import type { LinkSecret } from './rotated-secret.ts';
import type { RotationStrategy } from './rotation-strategy.ts';

/** 64 bits: 11 characters of base64url. */
const ID_BYTES = 8;

/**
 * The key that links in mails of reports are signed with. Nobody else has to be told of it: who signs takes `current`, who checks
 * takes either, so a link outlives one rotation and not two. A secret without a key gets its first.
 */
export function linkKeyStrategy(randomBytes: RandomBytes): RotationStrategy<LinkSecret> {
  return {
    schema: linkSecretSchema,
    next: ({ current }) => ({
      current: { id: randomBytes(ID_BYTES).toString('base64url'), key: randomValue(randomBytes) },
      ...(current !== undefined && { previous: current }),
    }),
    follows: ({ current, pending }) => isDeepStrictEqual(pending.previous, current.current),
    set: () => Promise.resolve(),
    test: () => Promise.resolve(),
  };
}

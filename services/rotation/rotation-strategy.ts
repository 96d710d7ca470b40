import type { z } from 'zod';

/** The versions of a secret that a step works on. */
export interface SecretPair<Secret> {
  current: Secret;
  pending: Secret;
}

/** How one kind of secret is rotated. A step may be killed anywhere and run again, from the first step on. */
export interface RotationStrategy<Secret> {
  schema: z.ZodType<Secret>;
  /** The next secret, of the current one. */
  next: (current: Secret) => Secret;
  /** Whether the pending secret is the next one of the current, but for its random part. */
  follows: (secrets: SecretPair<Secret>) => boolean;
  /**
   * Makes the pending secret valid. `previous` reads the version before the current one, where it is there. Throws
   * `RotationRefused` where somebody has to put something right first.
   */
  set: (secrets: SecretPair<Secret>, previous: () => Promise<Secret | undefined>) => Promise<void>;
  /** Throws `RotationRefused` where the pending secret would not serve in place of the current one. */
  test: (secrets: SecretPair<Secret>) => Promise<void>;
  /** Asked right before the pending secret becomes the current one; throws where it must not yet. */
  beforehand?: (secrets: SecretPair<Secret>) => Promise<void>;
  /** What is left to do once it is the current one. */
  afterwards?: (current: Secret) => Promise<void>;
}

import { z } from 'zod';

/** What Secrets Manager calls a rotation function with, once for each step, in this order. */
export const rotationEventSchema = z.object({
  SecretId: z.string().min(1),
  /** The id of the version that is to become the current one. */
  ClientRequestToken: z.string().min(1),
  Step: z.enum(['createSecret', 'setSecret', 'testSecret', 'finishSecret']),
});

export type RotationStep = z.infer<typeof rotationEventSchema>['Step'];

import { createHash } from 'node:crypto';
import type { Step } from '../step/step.ts';

/**
 * What `plan` prints and `up --approved` demands: SHA-256 over the steps in their order, each with its
 * file and the T-SQL that it comes to, so that another version of knex wants another approval.
 */
export function approvalOf(steps: readonly Step[]): string {
  const lines = steps.map(
    ({ version, name, combinedChecksum }) => `${version} ${name} ${combinedChecksum}\n`,
  );
  return createHash('sha256').update(lines.join('')).digest('hex');
}

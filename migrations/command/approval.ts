import { createHash } from 'node:crypto';
import type { Step } from '../step/step.ts';

/** What `plan` prints and `up --approved` demands: SHA-256 over the steps, their checksums and order. */
export function approvalOf(steps: readonly Step[]): string {
  const lines = steps.map(({ version, name, checksum }) => `${version} ${name} ${checksum}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

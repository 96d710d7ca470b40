import { createHash } from 'node:crypto';
import type { Direction, Step } from '../step/step.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';

/**
 * What `plan` and a dry run print and `--approved` demands: SHA-256 over the steps in their order, each
 * with its file and the T-SQL that it comes to, so that another version of knex wants another approval.
 * To undo steps is another thing than to apply them.
 */
export function approvalOf(steps: readonly Step[], direction: Direction): string {
  const lines = steps.map(
    ({ version, name, checksum, statementsChecksum }) =>
      `${version} ${name} ${checksum} ${statementsChecksum}\n`,
  );
  return createHash('sha256')
    .update(direction === 'up' ? '' : 'down\n')
    .update(lines.join(''))
    .digest('hex');
}

/** Refuses what is not what was approved. */
export function assertApproved(
  wanted: readonly Step[],
  direction: Direction,
  approved: string,
): void {
  const actual = approvalOf(wanted, direction);
  if (actual === approved.toLowerCase()) return;
  const { what, read } = WORDS[direction];
  throw new Refused(
    EXIT.refused,
    `Refused: ${what} is not what was approved. Approved: ${approved}; ${what} is ${actual} ` +
      `(${wanted.map(({ name }) => name).join(', ') || 'nothing'}). Read ${read} again and approve that.`,
  );
}

const WORDS = {
  up: { what: 'what is pending', read: '"plan"' },
  down: { what: 'what would be undone', read: '"down --dry-run"' },
} as const satisfies Record<Direction, unknown>;

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

/** The same; undefined where there is no step, and so nothing to approve. */
export function approvalIfAny(steps: readonly Step[], direction: Direction): string | undefined {
  return steps.length === 0 ? undefined : approvalOf(steps, direction);
}

/** Refuses what is not what was approved. */
export function assertApproved(
  wanted: readonly Step[],
  direction: Direction,
  approved: string,
): void {
  const { what, read, none } = WORDS[direction];
  const actual = approvalIfAny(wanted, direction);
  if (actual === approved.toLowerCase()) return;
  if (actual === undefined) {
    throw new Refused(
      EXIT.refused,
      `Refused: ${none}, so there is nothing to which the approval ${approved} could belong. See with "status" whether it was done already.`,
    );
  }
  throw new Refused(
    EXIT.refused,
    `Refused: ${what} is not what was approved. Approved: ${approved}; ${what} is ${actual} ` +
      `(${wanted.map(({ name }) => name).join(', ')}). Read ${read} again and approve that.`,
  );
}

const WORDS = {
  up: { what: 'what is pending', none: 'nothing is pending', read: '"plan"' },
  down: {
    what: 'what would be undone',
    none: 'nothing would be undone',
    read: '"down --dry-run"',
  },
} as const satisfies Record<Direction, unknown>;

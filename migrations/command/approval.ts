import { createHash } from 'node:crypto';
import { someNames } from '../history/some-names.ts';
import { isInPart, progressOf } from '../history/progress.ts';
import type { StepState } from '../history/step-state.ts';
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
  return sha256(`${direction === 'up' ? '' : 'down\n'}${lines.join('')}`);
}

/** The same; undefined where there is no step, and so nothing to approve. */
export function approvalIfAny(steps: readonly Step[], direction: Direction): string | undefined {
  return steps.length === 0 ? undefined : approvalOf(steps, direction);
}

/** The same of steps that are to be forgotten, as the history has them: how far they came, too. */
export function approvalToForget(states: readonly StepState[]): string {
  const lines = states.map((state) => {
    const { version, name, status, noted, last } = state;
    const progress = last !== undefined && isInPart(last) ? ` ${progressOf(state)}` : '';
    return `${version} ${name} ${status} ${noted?.checksum ?? ''} ${noted?.statementsChecksum ?? ''}${progress}\n`;
  });
  return sha256(`forget\n${lines.join('')}`);
}

/** How the command was told which steps it is about. */
interface Wish {
  approved: string;
  to: string | undefined;
  outOfOrder?: boolean;
}

/** Refuses what is not what was approved. */
export function assertApproved(
  wanted: readonly Step[],
  direction: Direction,
  { approved, to, outOfOrder = false }: Wish,
): void {
  if (wanted.length === 0) throw nothingToApprove(direction, approved);
  const more = [
    ...(to === undefined ? [] : [`--to ${to}`]),
    ...(outOfOrder ? ['--out-of-order'] : []),
  ];
  const again =
    direction === 'up' ? ['plan', ...more].join(' ') : ['down', ...more, '--dry-run'].join(' ');
  assertSameApproval(approvalOf(wanted, direction), approved, {
    what: direction === 'up' ? 'what is pending' : 'what would be undone',
    wanted,
    again,
    ...(to === undefined && {
      hint: 'If it was read with --to <version>, give the same --to here, beside --approved.',
    }),
  });
}

function nothingToApprove(direction: Direction, approved: string): Refused {
  const none = direction === 'up' ? 'nothing is pending' : 'nothing would be undone';
  return new Refused(
    EXIT.refused,
    `Refused: ${none}, so there is nothing to which the approval ${approved} could belong. See with "status" whether it was done already.`,
  );
}

/** Refuses an approval that is not the one of `wanted`; `again` is the command that prints that. */
export function assertSameApproval(
  actual: string,
  approved: string,
  {
    what = 'what would be forgotten',
    wanted,
    again,
    hint,
  }: { what?: string; wanted: readonly { name: string }[]; again: string; hint?: string },
): void {
  if (actual === approved.toLowerCase()) return;
  const names = someNames(wanted.map(({ name }) => name));
  const read = hint === undefined ? 'Read' : `${hint} Otherwise read`;
  throw new Refused(
    EXIT.refused,
    `Refused: ${what} is not what was approved. Approved: ${approved}; ${what} is ${actual} ` +
      `(${names}). ${read} "${again}" again and approve that.`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

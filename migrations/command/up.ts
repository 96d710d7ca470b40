import { assertApproved } from './approval.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';
import { runSteps } from './run-steps.ts';
import { pendingSteps } from './pending-steps.ts';

/** Applies what is pending, up to `to` if given; only what `approved` stands for, if given. */
export async function up(
  context: CommandContext,
  {
    approved,
    ...wish
  }: { to: string | undefined; approved: string | undefined; outOfOrder: boolean },
): Promise<Report> {
  const { target } = context;
  // Refuses before anything is made in the database.
  const pending = await pendingSteps(context, await target.history(), wish);
  if (approved !== undefined) assertApproved(pending, 'up', { ...wish, approved });
  const ran = await target.whileLocked(async () => {
    // Whoever held the lock before may have done some of it.
    const wanted = await pendingSteps(context, await target.history(), wish);
    if (wanted.length > 0 && approved !== undefined)
      assertApproved(wanted, 'up', { ...wish, approved });
    return runSteps(wanted, 'up', { ...context, outOfOrder: wish.outOfOrder });
  });
  return {
    exitCode: EXIT.done,
    text:
      ran.length === 0
        ? 'Nothing is pending: the database is up to date.'
        : `Applied ${ran.length}: ${ran.map(({ name }) => name).join(', ')}`,
    json: { applied: ran },
  };
}

import { z } from 'zod';

type Run<Result> = (...args: readonly string[]) => Promise<Result>;

const planned = z.object({ approval: z.string().nullable() });

/** The approval of what `down` would undo, as its dry run prints it; throws where there is nothing to undo. */
export async function downApproval(
  run: Run<{ out: string }>,
  ...args: readonly string[]
): Promise<string> {
  const approval = await approvalIfAny(run, args);
  if (approval === null) throw new Error('There is nothing to undo, and so no approval.');
  return approval;
}

async function approvalIfAny(
  run: Run<{ out: string }>,
  args: readonly string[],
): Promise<string | null> {
  const { out } = await run('down', ...args, '--dry-run', '--json');
  return planned.parse(JSON.parse(out)).approval;
}

/** Undoes as a pipeline does: what a dry run has shown, and nothing else. */
export async function undo<Result extends { out: string }>(
  run: Run<Result>,
  ...args: readonly string[]
): Promise<Result> {
  const approval = await approvalIfAny(run, args);
  return run('down', ...args, ...(approval === null ? [] : ['--approved', approval]));
}

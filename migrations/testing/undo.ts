import { z } from 'zod';

type Run<Result> = (...args: readonly string[]) => Promise<Result>;

const planned = z.object({ approval: z.string() });

/** The approval of what `down` would undo, as its dry run prints it. */
export async function downApproval(
  run: Run<{ out: string }>,
  ...args: readonly string[]
): Promise<string> {
  const { out } = await run('down', ...args, '--dry-run', '--json');
  return planned.parse(JSON.parse(out)).approval;
}

/** Undoes as a pipeline does: what a dry run has shown, and nothing else. */
export async function undo<Result extends { out: string }>(
  run: Run<Result>,
  ...args: readonly string[]
): Promise<Result> {
  return run('down', ...args, '--approved', await downApproval(run, ...args));
}

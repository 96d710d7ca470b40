import { z } from 'zod';

const planned = z.object({ approval: z.string() });

/** Forgets steps as a pipeline does: what a dry run has shown, and nothing else. */
export async function forget<Result extends { out: string }>(
  run: (...args: readonly string[]) => Promise<Result>,
  ...names: readonly string[]
): Promise<Result> {
  const args = ['repair', '--forget', ...names];
  const { out } = await run(...args, '--dry-run', '--json');
  return run(...args, '--approved', planned.parse(JSON.parse(out)).approval);
}

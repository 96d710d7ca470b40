import { stepStates } from '../history/step-state.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';
import { assertKnown } from './select-steps.ts';

/**
 * Accepts, knowingly, that applied steps are what stands here now: those that were edited, and those
 * that knex applied itself. The schema is not touched; the history keeps what was before.
 */
export async function repair(
  { steps, target }: CommandContext,
  { dryRun }: { dryRun: boolean },
): Promise<Report> {
  const unsound = async () => {
    const states = stepStates(steps, await target.history());
    assertKnown(states);
    return states
      .filter(({ status }) => status === 'changed' || status === 'unrecorded')
      .flatMap(({ step }) => step ?? []);
  };
  const accepted = dryRun
    ? await unsound()
    : await target.whileLocked(async () => {
        const found = await unsound();
        await target.note(found.map((step) => ({ step, kind: 'repair' })));
        return found;
      });
  return {
    exitCode: EXIT.done,
    text:
      accepted.length === 0
        ? 'Nothing to repair: every applied step is what stands here.'
        : `${dryRun ? 'Would be accepted' : 'Accepted'} as they stand here now: ${accepted.map(({ name }) => name).join(', ')}. ` +
          'See with "verify" whether the schema is theirs.',
    json: {
      dryRun,
      accepted: accepted.map(({ version, name, checksum }) => ({ version, name, checksum })),
    },
  };
}

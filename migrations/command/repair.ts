import { stepStates } from '../history/step-state.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';
import { assertKnown } from './select-steps.ts';

/**
 * Accepts, knowingly, that applied steps are what stands here now: those that were edited, and those
 * that knex applied itself. The schema is not touched; the history keeps what was before.
 */
export async function repair({ steps, target }: CommandContext): Promise<Report> {
  const accepted = await target.whileLocked(async () => {
    const states = stepStates(steps, await target.history());
    assertKnown(states);
    const unsound = states
      .filter(({ status }) => status === 'changed' || status === 'unrecorded')
      .flatMap(({ step }) => step ?? []);
    await target.note(unsound.map((step) => ({ step, kind: 'repair' })));
    return unsound;
  });
  return {
    exitCode: EXIT.done,
    text:
      accepted.length === 0
        ? 'Nothing to repair: every applied step is what stands here.'
        : `Accepted as they stand here now: ${accepted.map(({ name }) => name).join(', ')}. ` +
          'See with "verify" whether the schema is theirs.',
    json: {
      accepted: accepted.map(({ version, name, checksum }) => ({ version, name, checksum })),
    },
  };
}

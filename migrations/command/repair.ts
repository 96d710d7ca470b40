import { isOfBefore } from '../history/likeness.ts';
import { renamesOf } from '../history/note.ts';
import type { Note } from '../history/note.ts';
import { stepStates } from '../history/step-state.ts';
import type { StepState } from '../history/step-state.ts';
import { assertNotNewer } from './assert-states.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';

/**
 * Accepts, knowingly, that applied steps are what stands here now: those that were edited, that come
 * to other T-SQL, that knex applied itself, and those whose file has another name. With `forget` also
 * that a file is gone: its entry goes. The schema is not touched; the history keeps what was before.
 */
export async function repair(
  { steps, target }: CommandContext,
  { dryRun, forget }: { dryRun: boolean; forget: boolean },
): Promise<Report> {
  const wanted = async (): Promise<{ notes: Note[]; deleted: StepState[] }> => {
    const states = stepStates(steps, await target.history());
    assertNotNewer(states);
    const gone = states.filter(({ status }) => status === 'deleted');
    const notes = [
      ...renamesOf(states),
      ...repairsOf(states),
      ...(forget ? gone.map(toForget) : []),
    ];
    return { notes, deleted: forget ? [] : gone };
  };
  const { notes, deleted } = dryRun
    ? await wanted()
    : await target.whileLocked(async () => {
        const found = await wanted();
        await target.note(found.notes);
        return found;
      });
  const of = <Kind extends Note['kind']>(kind: Kind) =>
    notes.filter((note): note is Extract<Note, { kind: Kind }> => note.kind === kind);
  const accepted = of('repair').map(({ step }) => step);
  const would = (what: string, done: string) => (dryRun ? `Would be ${what}` : done);
  return {
    exitCode: EXIT.done,
    text: [
      ...line(
        would('accepted as they stand here now', 'Accepted as they stand here now'),
        accepted,
      ),
      ...line(
        would('noted under the new name', 'Noted under the new name'),
        of('rename').map(({ step, formerName }) => ({ name: `${step.name} (was ${formerName})` })),
      ),
      ...line(
        would(
          'forgotten, with what they made left in the database',
          'Forgotten, with what they made left in the database',
        ),
        of('forget'),
      ),
      ...line('Left, since their files are gone ("repair --forget" forgets them)', deleted),
      notes.length === 0 ? 'Nothing to repair.' : 'See with "verify" whether the schema is theirs.',
    ].join('\n'),
    json: {
      dryRun,
      accepted: accepted.map(({ version, name, checksum }) => ({ version, name, checksum })),
      renamed: of('rename').map(({ step, formerName }) => ({ name: step.name, formerName })),
      forgotten: of('forget').map(({ version, name }) => ({ version, name })),
      deleted: deleted.map(({ version, name }) => ({ version, name })),
    },
  };
}

/** Also what an earlier history noted as one checksum, so that a later upgrade of knex is no edit. */
function repairsOf(states: readonly StepState[]): Note[] {
  return states
    .filter(
      ({ status, noted }) =>
        status === 'changed' ||
        status === 'recompiled' ||
        status === 'unrecorded' ||
        (status === 'applied' && noted !== undefined && isOfBefore(noted)),
    )
    .flatMap(({ step }): Note[] => (step === undefined ? [] : [{ kind: 'repair', step }]));
}

function toForget({ version, name }: StepState): Note {
  return { kind: 'forget', version, name };
}

function line(what: string, named: readonly { name: string }[]): string[] {
  return named.length === 0 ? [] : [`${what}: ${named.map(({ name }) => name).join(', ')}.`];
}

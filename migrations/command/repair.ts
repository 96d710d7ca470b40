import { stepFindings } from '../history/describe-state.ts';
import { isEdited, isOfBefore } from '../history/likeness.ts';
import { renamesOf } from '../history/note.ts';
import type { Note } from '../history/note.ts';
import { stepStates } from '../history/step-state.ts';
import type { StepState, StepStatus } from '../history/step-state.ts';
import { assertNotNewer } from './assert-states.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-code.ts';
import type { Report } from './report.ts';
import { returnedSteps } from './returned-steps.ts';
import type { RefusedReturn } from './returned-steps.ts';
import {
  isStarted,
  refusedJson,
  refusedLines,
  startedJson,
  startedLines,
} from './returned-text.ts';

interface Repairs {
  states: readonly StepState[];
  notes: readonly Note[];
  refused: readonly RefusedReturn[];
}

/**
 * Accepts, knowingly, that applied steps are what stands here now: those that were edited, that come
 * to other T-SQL, that knex applied itself, and those whose file has another name; and takes in again
 * what was forgotten and is here again, in the folder and in the schema, as far as it had come. The
 * schema is not touched; the history keeps what was before.
 */
export async function repair(
  { steps, target }: CommandContext,
  { dryRun }: { dryRun: boolean },
): Promise<Report> {
  const wanted = async (): Promise<Repairs> => {
    const history = await target.history();
    const states = stepStates(steps, history);
    assertNotNewer(states);
    const returned = await returnedSteps(target, states, history);
    const notes = [...renamesOf(states), ...repairsOf(states), ...returned.notes];
    return { states, notes, refused: returned.refused };
  };
  const found = dryRun
    ? await wanted()
    : await target.whileLocked(async () => {
        const repairs = await wanted();
        await target.note(repairs.notes);
        return repairs;
      });
  return toReport(found, dryRun);
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

function toReport({ states, notes, refused }: Repairs, dryRun: boolean): Report {
  const of = <Kind extends Note['kind']>(kind: Kind) =>
    notes.filter((note): note is Extract<Note, { kind: Kind }> => note.kind === kind);
  const having = (status: StepStatus) => states.filter((state) => state.status === status);
  const unrecorded = having('unrecorded').map(({ name }) => name);
  const repaired = of('repair').map(({ step }) => step);
  const accepted = repaired.filter(({ name }) => !unrecorded.includes(name));
  const started = notes.filter(isStarted);
  const deleted = having('deleted');
  // A new name is noted by this very command.
  const named = states.map((state) => ({ ...state, formerName: undefined }));
  const left = stepFindings(named.filter(isLeft));
  const edited = [
    ...having('renamed').flatMap(({ step, noted }) =>
      step !== undefined && isEdited(step, noted) ? step : [],
    ),
    ...of('return').flatMap(({ step, noted }) => (noted === undefined ? [] : step)),
  ];
  const would = (done: string) =>
    dryRun ? `Would be ${done.charAt(0).toLowerCase()}${done.slice(1)}` : done;
  return {
    exitCode: refused.length === 0 ? EXIT.done : EXIT.drift,
    text: [
      ...line(would('Accepted as they stand here now'), accepted),
      ...line(
        would('Noted as they stand here now, since nobody knows what they were when applied'),
        repaired.filter(({ name }) => unrecorded.includes(name)),
      ),
      ...line(
        would('Noted under the new name'),
        of('rename').map(({ step, formerName }) => ({ name: `${step.name} (was ${formerName})` })),
      ),
      ...line(
        would('Taken in again, since their files and what they made are here'),
        of('return').map(({ step }) => step),
      ),
      ...line(
        'Edited as well, which is not accepted by that (see "verify"; then take the edit back, or "repair" once more)',
        edited,
      ),
      ...startedLines(started, states, dryRun),
      ...refused.flatMap(refusedLines),
      ...line(
        'Left, since their files are gone ("repair --forget <version>" forgets what is named)',
        deleted,
      ),
      ...left.map(
        ({ state, text }) => `Left, since repair does not finish it: ${state.name} ${text}.`,
      ),
      ...lastLine(notes.length + refused.length, left.length),
    ].join('\n'),
    json: {
      dryRun,
      accepted: repaired.map(({ version, name, checksum }) => ({ version, name, checksum })),
      unrecorded,
      renamed: of('rename').map(({ step, formerName }) => ({ name: step.name, formerName })),
      returned: of('return').map(({ step, noted }) => ({
        version: step.version,
        name: step.name,
        edited: noted !== undefined,
      })),
      ...startedJson(started),
      notReturned: refused.map(refusedJson),
      deleted: deleted.map(({ version, name }) => ({ version, name })),
      left: left.map(({ state: { version, name, status }, text }) => ({
        version,
        name,
        status,
        description: text,
      })),
    },
  };
}

/** What is half done is finished by `up` or `down`, or forgotten. */
function isLeft({ status }: StepState): boolean {
  return status === 'half-applied' || status === 'half-undone';
}

function lastLine(found: number, left: number): string[] {
  if (found > 0) return ['See with "verify" whether the schema is theirs.'];
  return left > 0 ? [] : ['Nothing to repair.'];
}

function line(what: string, named: readonly { name: string }[]): string[] {
  return named.length === 0 ? [] : [`${what}: ${named.map(({ name }) => name).join(', ')}.`];
}

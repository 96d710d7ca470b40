import { isInPart, progressOf } from '../history/progress.ts';
import { wayOf } from '../history/refusals.ts';
import { forgottenInPart } from '../history/forgotten-in-part.ts';
import type { Note } from '../history/note.ts';
import { isForgettable, isForgottenInPart, stepStates } from '../history/step-state.ts';
import type { StepState } from '../history/step-state.ts';
import { approvalToForget, assertSameApproval } from './approval.ts';
import type { CommandContext } from './command-context.ts';
import { assertTerminal, confirmName } from './confirm-name.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';
import type { Report } from './report.ts';
import { isNamed } from './select-steps.ts';

/**
 * Forgets steps whose files are gone for good, those that are named and no other: their entries go, what they
 * made stays. It wants the approval that its dry run prints, or somebody at a terminal who types the
 * name of the database. `repair` takes one in again whose file comes back.
 */
export async function forget(
  context: CommandContext,
  {
    names,
    approved,
    dryRun,
  }: { names: readonly string[]; approved: string | undefined; dryRun: boolean },
): Promise<Report> {
  const { steps, target, progress } = context;
  const chosen = async () => {
    const history = await target.history();
    return named(names, [...stepStates(steps, history), ...forgottenInPart(steps, history)]);
  };
  const wanted = await chosen();
  const approval = approvalToForget(wanted);
  const again = `repair --forget ${names.join(' ')} --dry-run`;
  if (approved !== undefined) assertSameApproval(approval, approved, { wanted, again });
  const list = wanted.map(({ name }) => name).join(', ');
  if (dryRun) {
    const text = `Would be forgotten, with what they made left in the database: ${list}.`;
    return report([text, ...inPartLines(wanted)], wanted, { dryRun, approval });
  }
  if (approved === undefined) {
    assertTerminal(context, 'what is forgotten', again);
    progress(`To be forgotten, with what they made left in the database: ${list}`);
    for (const line of inPartLines(wanted)) progress(line);
    await confirmName(context, 'forget this');
  }
  await target.whileLocked(async () => {
    const found = await chosen();
    assertSameApproval(approvalToForget(found), approval, { wanted: found, again });
    await target.note(found.map(noteOf));
  });
  return report(
    [
      `Forgotten, with what they made left in the database: ${list}.`,
      ...inPartLines(wanted),
      'See with "verify" what that is. Where a file comes back, "repair" takes its step in again.',
    ],
    wanted,
    { dryRun },
  );
}

function noteOf(state: StepState): Note {
  const { version, name, last } = state;
  return isForgottenInPart(state) && last !== undefined
    ? { kind: 'forget-parts', version, name, attempt: last }
    : { kind: 'forget', version, name };
}

/** What stands of those that are there in part alone, and what that means. */
function inPartLines(wanted: readonly StepState[]): string[] {
  return wanted.filter(isHalf).map((state) => {
    const { name, last } = state;
    const way = wayOf(last?.direction);
    if (isForgottenInPart(state)) {
      return `${name} was forgotten when it was ${way} in part: ${progressOf(state)}; that is forgotten, too: a step that does the same is run from its first part, whatever stands of it.`;
    }
    const stays =
      way === 'applied'
        ? 'what these have done stays in the database, and nothing goes on with it'
        : 'what these have undone is gone, what the others would undo stays, and nothing goes on with it';
    return `${name} is ${way} in part: ${progressOf(state)}; ${stays}. Remove by hand what is left of it, or keep the file: where it comes back, "repair" sees how much stands.`;
  });
}

function isHalf({ last }: StepState): boolean {
  return last !== undefined && isInPart(last);
}

function report(
  lines: readonly string[],
  wanted: readonly StepState[],
  more: { dryRun: boolean; approval?: string },
): Report {
  const approval = more.approval === undefined ? [] : [`Approval: ${more.approval}`];
  return {
    exitCode: EXIT.done,
    text: [...lines, ...approval].join('\n'),
    json: {
      ...more,
      forgotten: wanted.map((state) => ({
        version: state.version,
        name: state.name,
        inPart: isHalf(state) ? progressOf(state) : null,
      })),
    },
  };
}

/** The states that these names stand for. Refuses, with what there is, where one stands for none. */
function named(names: readonly string[], states: readonly StepState[]): StepState[] {
  const all = states.filter(isForgettable);
  const list =
    all.length === 0
      ? 'There is none: each step that is applied here has its file.'
      : `It could be:\n${all.map((state) => `  ${state.version}  ${state.name}${isForgottenInPart(state) ? ', whose parts alone are remembered still' : ''}`).join('\n')}`;
  if (names.length === 0) {
    throw new Refused(
      EXIT.usage,
      `Name what is to be forgotten: repair --forget <version>, as often as wanted. ${list}`,
    );
  }
  const other = names.find((name) => !all.some((state) => isNamed(name, state)));
  if (other !== undefined) {
    throw new Refused(
      EXIT.usage,
      `${other} is no step whose file is gone, so it is not forgotten. ${list}`,
    );
  }
  return all.filter((state) => names.some((name) => isNamed(name, state)));
}

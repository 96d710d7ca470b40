import { likenessOf } from '../history/likeness.ts';
import { progressOf, unknownSteps } from '../history/step-state.ts';
import type { StepState } from '../history/step-state.ts';
import type { Step } from '../step/step.ts';
import { EXIT } from './exit-code.ts';
import { Refused } from './report.ts';

/** Refuses to go on where what is applied is not what stands here. */
export function assertSound(states: readonly StepState[]): void {
  assertKnown(states);
  for (const state of states) {
    const { step, name, status, last } = state;
    if (status !== 'half-applied' || step === undefined) continue;
    const likeness = likenessOf(step, last);
    if (likeness === 'same') continue;
    const what =
      likeness === 'recompiled'
        ? `comes to other T-SQL than when ${progressOf(state)} had been applied`
        : `was edited after ${progressOf(state)} had been applied`;
    throw refused(
      `${name} ${what}, so nobody knows where to go on. ` +
        (likeness === 'recompiled'
          ? 'Finish it with "up" of the release that began it.'
          : 'Take the edit back, finish it with "up", and write a new step.'),
    );
  }
  const undone = states.find(({ status }) => status === 'half-undone');
  if (undone !== undefined) {
    throw refused(
      `${undone.name} is undone in part (${progressOf(undone)}). Finish it with "down" first.`,
    );
  }
  const changed = states.filter(({ status }) => status === 'changed').map(({ name }) => name);
  if (changed.length > 0) {
    throw refused(
      `${changed.join(', ')} was edited after it had been applied, so nobody knows what the ` +
        'database is. See with "verify" what is other, take the edit back and write a new step, ' +
        'or accept it knowingly with "repair".',
    );
  }
}

/** Refuses to go on where the steps of the database and those of the folder are not the same ones. */
export function assertKnown(states: readonly StepState[]): void {
  assertNotNewer(states);
  const lost = states.find((one) => one.status === 'half-applied' && one.step === undefined);
  if (lost !== undefined) {
    throw refused(
      `${lost.name} is applied in part, and its file is not here, or has another version. Put it ` +
        'back under this name, and finish it with "up".',
    );
  }
  const renamed = states.filter(({ status }) => status === 'renamed');
  if (renamed.length > 0) {
    const list = renamed.map(({ name, formerName }) => `${formerName} is ${name} now`);
    throw refused(`${list.join(', ')}. Note the new name with "repair"; nothing is run by that.`);
  }
  const deleted = states.filter(({ status }) => status === 'deleted').map(({ name }) => name);
  if (deleted.length > 0) {
    throw refused(
      `${deleted.join(', ')} is applied here, and its file is gone. Put the file back (another ` +
        'branch or release may have it), or, where it is gone for good, forget it with ' +
        '"repair --forget": what it made stays in the database.',
    );
  }
}

/** A database of a newer version may not be changed by an older one. */
export function assertNotNewer(states: readonly StepState[]): void {
  const unknown = unknownSteps(states);
  if (unknown.length === 0) return;
  throw refused(
    'the database belongs to a newer version of Ordercast: it holds steps that this ' +
      `version does not know (${unknown.join(', ')}). Use that version.`,
  );
}

/** Refuses steps that come late: what they do was thought out for another schema. */
export function assertInOrder(late: readonly Step[]): void {
  if (late.length === 0) return;
  throw refused(
    `${late.map(({ name }) => name).join(', ')} comes before a step that is applied already. ` +
      'See whether it still does what it should ("plan --out-of-order" prints it), then ' +
      'apply it with "up --out-of-order"; or give it a later version by a new name.',
  );
}

function refused(reason: string): Refused {
  return new Refused(EXIT.refused, `Refused: ${reason}`);
}

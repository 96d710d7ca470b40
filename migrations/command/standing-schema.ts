import type { StepState } from '../history/step-state.ts';
import { compareSchemas, describeDifference } from '../schema/compare-schemas.ts';
import type { Comparison } from '../schema/compare-schemas.ts';
import type { Step } from '../step/step.ts';
import type { MigrationTarget } from '../target/migration-target.ts';
import { standingSteps } from './standing-steps.ts';
import type { Standing } from './standing-steps.ts';
import { driftOf } from './verify.ts';

/** The schema as it is, beside the one that the steps leave which are applied or come back, with what of these is thought to stand. */
export async function standingSchema(
  target: MigrationTarget,
  states: readonly StepState[],
  returning: readonly Standing[],
) {
  const catalogue = await target.catalogue();
  const standing = new Map(
    [...standingSteps(states, target), ...returning].map((one) => [one.state, one.standing]),
  );
  const all = states.flatMap((state) => standing.get(state) ?? []);
  const without = (step: Step) => all.filter((one) => one !== step);
  const compared = (steps: readonly Step[]): Promise<Comparison> =>
    driftOf(target, steps, catalogue);
  const whole = await compared(all);
  const on = (touched: ReadonlySet<string>, { differences }: Comparison) =>
    differences.filter(({ subject }) => touched.has(tableOf(subject))).map(describeDifference);
  return {
    differencesWith: async (step: Step) => {
      const touched = await touchedBy(step, all, target);
      return { touched, differences: on(touched, whole) };
    },
    differencesWithout: async (step: Step, touched: ReadonlySet<string>) =>
      on(touched, await compared(without(step))),
    /** The applied steps of which something cannot be done once this one has been. */
    clashesWith: async (step: Step): Promise<string[]> => {
      const before = await compared(without(step));
      const failing = whole.notCompared.filter((line) => !before.notCompared.includes(line));
      return without(step)
        .map(({ name }) => name)
        .filter((name) => failing.some((line) => line.startsWith(`${name}: `)));
    },
  };
}

/** Tables and other objects that a step makes, changes or drops. */
async function touchedBy(
  step: Step,
  all: readonly Step[],
  target: Pick<MigrationTarget, 'expectedSchema'>,
): Promise<Set<string>> {
  const before = all.slice(0, all.indexOf(step));
  const { differences } = compareSchemas(
    await target.expectedSchema(before),
    await target.expectedSchema([...before, step]),
  );
  return new Set(differences.map(({ subject }) => tableOf(subject)));
}

/** `orders` of `orders.note` and of `orders: ix_orders_status`. */
function tableOf(subject: string): string {
  return subject.split(/[.:]/, 1)[0]?.toLowerCase() ?? '';
}

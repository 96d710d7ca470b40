import { partsText } from '../history/progress.ts';
import type { Direction, Step } from '../step/step.ts';
import type { CommandContext } from './command-context.ts';

/** How often a step that takes long says that it still runs. */
const TELL_EVERY_MS = 5_000;

export interface RanStep {
  version: string;
  name: string;
  durationMs: number;
}

/** Runs steps one after the other, and tells how far it is; gives those that were done here. */
export async function runSteps(
  wanted: readonly Step[],
  direction: Direction,
  { steps, target, progress, monotonicClock, outOfOrder }: CommandContext & { outOfOrder: boolean },
): Promise<RanStep[]> {
  const ran: RanStep[] = [];
  for (const [index, step] of wanted.entries()) {
    const label = `${direction} ${index + 1}/${wanted.length} ${step.name}`;
    const startedAt = monotonicClock();
    const seconds = () => ((monotonicClock() - startedAt) / 1000).toFixed(1);
    let where = '';
    let isDone: boolean;
    progress(`${label} …`);
    const telling = setInterval(() => progress(`${label} … ${seconds()} s${where}`), TELL_EVERY_MS);
    try {
      isDone = await target.run(step, direction, {
        all: steps,
        outOfOrder,
        onPart: ({ done, of, batches }) => {
          const next = batches > 1 ? `, ${batches} batches of the next` : '';
          where = of > 1 ? `, ${partsText(done, of)}${next}` : '';
        },
      });
    } finally {
      clearInterval(telling);
    }
    if (!isDone) {
      progress(`${label}: another process was faster`);
      continue;
    }
    progress(`${label} done in ${seconds()} s`);
    ran.push({
      version: step.version,
      name: step.name,
      durationMs: Math.round(monotonicClock() - startedAt),
    });
  }
  return ran;
}

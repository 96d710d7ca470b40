import type { Wait } from '@ordercast/platform/wait.ts';
import type { SmokeSettings } from './arguments.ts';
import { StepFailed, createStepRunner } from './step-runner.ts';
import { tellStory } from './story.ts';

/**
 * Tells the story once against a stage, a line for each step. Answers whether all of it worked; where not, `complain` is
 * told which step failed and why. No line holds a token or a password.
 */
export async function runSmoke(
  settings: SmokeSettings,
  surroundings: {
    wait: Wait;
    /** Milliseconds that only ever go on. */
    clock: () => number;
    say: (line: string) => void;
    complain: (text: string) => void;
  },
): Promise<boolean> {
  const { wait, clock, say, complain } = surroundings;
  const startedAt = clock();
  const step = createStepRunner({ deadlineMs: settings.deadlineMs, wait, clock, say });
  try {
    await tellStory(settings, step, complain);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    complain(error.message);
    return false;
  }
  say(`All of it works, ${Math.round(clock() - startedAt)} ms.`);
  return true;
}

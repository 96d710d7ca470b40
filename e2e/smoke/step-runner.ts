import type { Wait } from '@ordercast/platform/wait.ts';
import { AuthError } from '@ordercast/web/src/auth/auth-error.ts';

export interface Step<Result> {
  name: string;
  /** What should come, for whoever reads of its failure. */
  expects: string;
  /** Where to look when something else comes. */
  lookAt: string;
  /** Rejects with what came instead; `signal` ends what is under way when it comes too late. */
  run: (signal: AbortSignal) => Promise<Result>;
  /** What came before the deadline, where it is worth telling. */
  soFar?: () => string;
}

export type RunStep = <Result>(step: Step<Result>) => Promise<Result>;

/** Something else came than what a step expects; the text says what. */
export class Unexpected extends Error {
  override name = 'Unexpected';
}

/** A step did not work; the text says which, what was expected, what came, and what to look at. */
export class StepFailed extends Error {
  override name = 'StepFailed';
}

/** Runs steps, each with a deadline, and says of each that worked how long it took. `clock` is in ms. */
export function createStepRunner(settings: {
  deadlineMs: number;
  wait: Wait;
  clock: () => number;
  say: (line: string) => void;
}): RunStep {
  const { deadlineMs, wait, clock, say } = settings;
  return async (step) => {
    const startedAt = clock();
    const duration = () => `${Math.round(clock() - startedAt)} ms`;
    const ended = new AbortController();
    const tooLate = wait(deadlineMs, ended.signal).then((): never => {
      const soFar = step.soFar?.();
      throw new Unexpected(
        `nothing of it in ${deadlineMs / 1000} s${soFar === undefined ? '' : `; ${soFar}`}`,
      );
    });
    tooLate.catch(() => undefined);
    try {
      const result = await Promise.race([step.run(ended.signal), tooLate]);
      say(`ok    ${step.name}  ${duration()}`);
      return result;
    } catch (error) {
      throw new StepFailed(
        [
          `FAIL  ${step.name}  ${duration()}`,
          `      expected: ${step.expects}`,
          `      came:     ${textOf(error)}`,
          `      look at:  ${step.lookAt}`,
        ].join('\n'),
        { cause: error },
      );
    } finally {
      ended.abort();
    }
  };
}

/** What an error says, with the name or code that its kind is known by. */
function textOf(error: unknown): string {
  if (error instanceof Unexpected) return error.message;
  if (error instanceof AuthError) return `${error.code}: ${error.message}`;
  if (!(error instanceof Error)) return 'something that is no error';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `${error.name}: ${error.message}${code}`;
}

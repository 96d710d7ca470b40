/** One thing that a deployment does. It may be begun again wherever it was cut off. */
export interface Step {
  /** What is printed: `stack data`. */
  name: string;
  /** Looked up in AWS, never in a file of this machine: why there is nothing to do, or undefined. */
  done: () => Promise<string | undefined>;
  /** Answers what was done, for the line that tells so. */
  run: () => Promise<string>;
}

export interface Progress {
  say: (line: string) => void;
  /** Milliseconds that only ever go on. */
  clock: () => number;
}

/** Runs what is not done yet, in order, a line before and after each. Rejects with what the first failing step throws. */
export async function runSteps(steps: readonly Step[], { say, clock }: Progress): Promise<void> {
  for (const [index, { name, done, run }] of steps.entries()) {
    const title = `[${index + 1}/${steps.length}] ${name}`;
    const reason = await done();
    if (reason !== undefined) {
      say(`${title}: ${reason}`);
      continue;
    }
    say(`${title} …`);
    const startedAt = clock();
    const result = await run();
    say(`${title}: ${result} (${Math.round((clock() - startedAt) / 1000)} s)`);
  }
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

const RUNTIME = join(import.meta.dirname, 'lambda-runtime.ts');
const readySchema = z.object({
  handlers: z.array(z.string()),
  cpuMs: z.number(),
  startMs: z.number(),
});
const answerSchema = z.object({ answer: z.unknown().optional(), fault: z.string().optional() });

export interface InvokedBundle {
  /** The names of its handlers. */
  handlers: string[];
  /** CPU time that importing the module took. */
  cpuMs: number;
  /** CPU time from the start of the process until then, with all that was loaded before. */
  startMs: number;
  /** Calls a handler with an event and resolves with its answer; rejects with the text of what it throws. */
  invoke: (handler: string, event?: unknown) => Promise<unknown>;
}

/** Imports a module in a process of its own, with nothing in its environment but `variables`, until the test ends. */
export async function importAlone(
  module: string,
  variables: Record<string, string>,
): Promise<InvokedBundle> {
  const child = fork(RUNTIME, {
    env: { ...variables, LAMBDA_MODULE: module },
    stdio: 'pipe',
    execArgv: [],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdout?.resume();
  const ended = once(child, 'close').then(() => Promise.reject(new Error(errors)));
  ended.catch(() => undefined);
  const next = async (): Promise<unknown> => {
    const messages: unknown[] = await Promise.race([once(child, 'message'), ended]);
    return messages[0];
  };
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
  });
  const { handlers, cpuMs, startMs } = readySchema.parse(await next());
  return {
    handlers,
    cpuMs,
    startMs,
    async invoke(handler, event) {
      child.send({ handler, event });
      const { answer, fault } = answerSchema.parse(await next());
      if (fault !== undefined) throw new Error(fault);
      return answer;
    },
  };
}

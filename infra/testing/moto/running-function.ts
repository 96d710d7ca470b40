import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';

const RUNTIME = join(import.meta.dirname, 'lambda-runtime.ts');
const answerSchema = z.object({
  id: z.number(),
  answer: z.unknown().optional(),
  fault: z.string().optional(),
});

/** A function as it is deployed. */
export interface DeployedFunction {
  /** Such as `ordercast-dev-connect`. */
  name: string;
  /** `<file>.<export>` in its code. */
  handler: string;
  /** Where its code lies. */
  folder: string;
  variables: Readonly<Record<string, string>>;
}

export interface RunningFunction {
  name: string;
  /** Runs the handler; rejects with the text of what it throws, `Unauthorized` among them. */
  invoke: (event: unknown) => Promise<unknown>;
  stop: () => Promise<void>;
}

/** Where Lambda puts a function's code. */
const CODE = '/var/task/';

/**
 * Starts a function in a process of its own, with nothing in its environment but `variables`. Rejects with what it
 * printed where its module or its handler is not there, or its settings are wrong.
 */
export async function startFunction({
  name,
  handler,
  folder,
  variables,
}: DeployedFunction): Promise<RunningFunction> {
  const [file = '', exported = ''] = handler.split('.');
  const module = join(folder, `${file}.mjs`);
  const here = Object.fromEntries(
    Object.entries(variables).map(([key, value]): [string, string] => [
      key,
      value.replaceAll(CODE, `${folder}/`),
    ]),
  );
  const child = fork(RUNTIME, {
    env: { ...here, LAMBDA_MODULE: module, LAMBDA_EXPORT: exported },
    stdio: 'pipe',
    execArgv: [],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const ended = once(child, 'close').then(() => {
    const error = new Error(`The function ${name} has ended:\n${printed}`);
    for (const { reject } of waiting.values()) reject(error);
    throw error;
  });
  ended.catch(() => undefined);
  await Promise.race([once(child, 'message'), ended]);
  child.on('message', (message) => {
    const { id, answer, fault } = answerSchema.parse(message);
    const invocation = waiting.get(id);
    waiting.delete(id);
    if (fault === undefined) invocation?.resolve(answer);
    // The authorizer refuses by this very message.
    else invocation?.reject(new Error(fault.replace(/^Error: /, '')));
  });
  let invocations = 0;
  return {
    name,
    invoke: (event) => {
      invocations += 1;
      const invocation = Promise.withResolvers<unknown>();
      waiting.set(invocations, invocation);
      child.send({ id: invocations, event });
      return invocation.promise;
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
    },
  };
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';

/** A process of this benchmark's own, which does as it is asked. */
export interface Child {
  /** One order at a time. Rejects where the process ends instead of answering. */
  ask: <Answer>(order: unknown, schema: z.ZodType<Answer>) => Promise<Answer>;
  stop: () => Promise<void>;
}

/** Starts a TypeScript file that calls {@link answerOrders}; it ends with this process, too. */
export function startChild(
  file: string,
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): Child {
  const child = fork(file, args, { execArgv: [...nodeOptions] });
  const ended = once(child, 'exit');
  const failed = ended.then(([code, signal]) => {
    throw new Error(`${file} ended early: ${String(code ?? signal)}`);
  });
  failed.catch(() => undefined);
  return {
    ask: async (order, schema) => {
      const answer = once(child, 'message');
      child.send({ order });
      const message: unknown = (await Promise.race([answer, failed]))[0];
      return schema.parse(message);
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

/** In the child: does what comes, and answers with what that returns. */
export function answerOrders<Order>(
  schema: z.ZodType<Order>,
  work: (order: Order) => unknown,
): void {
  const orderSchema = z.object({ order: schema });
  const answer = async (message: unknown): Promise<void> => {
    process.send?.(await work(orderSchema.parse(message).order));
  };
  // What fails here ends the process, and so the question.
  process.on('message', (message) => void answer(message));
  process.on('disconnect', () => process.exit());
}

import type { Logger } from 'pino';
import type { LambdaContext } from './gateway-event.ts';

export type Invocation =
  | { outcome: 'returned'; value: unknown }
  | { outcome: 'failed'; error: unknown }
  | { outcome: 'timedOut' };

export interface InvokerOptions {
  /** Milliseconds that a function may take; it runs on, but nobody waits for it. */
  timeoutMs: number;
  /** Epoch ms. */
  clock: () => number;
  makeId: () => string;
  log: Pick<Logger, 'error'>;
}

/** Runs Lambda handlers, any number at once, and knows how many are running. */
export class Invoker {
  readonly #options: InvokerOptions;
  #running = 0;
  #idle: (() => void)[] = [];

  constructor(options: InvokerOptions) {
    this.#options = options;
  }

  /** Never rejects: a failure is logged under `name` and is an outcome. */
  async invoke(
    name: string,
    run: (context: LambdaContext) => unknown,
    facts: { connectionId: string },
  ): Promise<Invocation> {
    const { timeoutMs, log } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<Invocation>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, { outcome: 'timedOut' });
    });
    const invocation = await Promise.race([this.#settle(() => run(this.#context(name))), timedOut]);
    clearTimeout(timer);
    if (invocation.outcome === 'failed') {
      log.error({ ...facts, err: invocation.error, function: name }, 'a handler failed');
    } else if (invocation.outcome === 'timedOut') {
      log.error({ ...facts, function: name, timeoutMs }, 'a handler took too long');
    }
    return invocation;
  }

  /** Resolves when nothing runs: at once, or when the last handler has ended. */
  async idle(): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #settle(run: () => unknown): Promise<Invocation> {
    this.#running += 1;
    try {
      return { outcome: 'returned', value: await run() };
    } catch (error) {
      return { outcome: 'failed', error };
    } finally {
      this.#running -= 1;
      if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  #context(name: string): LambdaContext {
    const { clock, makeId, timeoutMs } = this.#options;
    const deadline = clock() + timeoutMs;
    return {
      callbackWaitsForEmptyEventLoop: true,
      functionName: name,
      functionVersion: '$LATEST',
      invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      memoryLimitInMB: '1024',
      awsRequestId: makeId(),
      logGroupName: `/aws/lambda/${name}`,
      logStreamName: '$LATEST',
      getRemainingTimeInMillis: () => Math.max(0, deadline - clock()),
    };
  }
}

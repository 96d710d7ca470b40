import type { Logger } from './logger.ts';
import { endTracing } from './tracing/tracing.ts';

/**
 * Runs `stop` once on the first SIGTERM or SIGINT, sends the spans that are left, and then lets the process end with
 * code 0. If `stop` fails, or all of it takes longer than `deadlineMs`, the process ends with code 1: ECS would kill it
 * anyway at the task's stopTimeout, and without a log line.
 */
export function onShutdown(
  stop: () => Promise<void>,
  { log, deadlineMs }: { log: Logger; deadlineMs: number },
): void {
  let stopping = false;
  const begin = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    // It keeps the process alive: one that waits for nothing else would end as if all were well.
    setTimeout(() => {
      log.error({ deadlineMs }, 'did not stop in time');
      process.exit(1);
    }, deadlineMs);
    stop()
      .finally(endTracing)
      .then(
        () => {
          log.info('stopped');
          process.exit(0);
        },
        (error: unknown) => {
          log.error({ err: error }, 'failed to stop cleanly');
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', begin);
  process.on('SIGINT', begin);
}

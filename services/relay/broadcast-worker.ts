import { startBroadcastConsumer } from '@ordercast/websocket/broadcast/broadcast-consumer.ts';
import { readConfig } from '@ordercast/platform/config.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { retryPauseMs } from '@ordercast/platform/retry-pause.ts';
import { runProgram } from '@ordercast/platform/run-program.ts';
import { onShutdown } from '@ordercast/platform/shutdown.ts';
import { traced } from '@ordercast/platform/tracing/tracing.ts';
import { configuredRealtime } from '../realtime/configured-realtime.ts';
import { broadcastWorkerSettingsSchema } from './broadcast-worker-settings.ts';

/** ECS kills a task 30 s after SIGTERM unless its stopTimeout says otherwise. */
const SHUTDOWN_DEADLINE_MS = 25_000;

/** Fans broadcasts out; as many of these processes at once as are wanted. Lambda can do it instead. */
await runProgram(() => {
  const config = readConfig(broadcastWorkerSettingsSchema, process.env);
  const log = createLogger('broadcast-worker', { level: config.LOG_LEVEL });
  const { realtime, sqs, close } = configuredRealtime(config, log);
  const consumer = startBroadcastConsumer({
    sqs,
    queueUrl: config.BROADCAST_QUEUE_URL,
    work: traced('deliver broadcast', realtime.deliverBroadcast),
    retryPauseMs,
    random: Math.random,
    logger: log,
  });
  log.info('working');
  onShutdown(
    async () => {
      await consumer.stop();
      close();
    },
    { log, deadlineMs: SHUTDOWN_DEADLINE_MS },
  );
  return Promise.resolve();
});

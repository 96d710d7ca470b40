import { startHousekeeping } from '../housekeeping/housekeeping.ts';
import { housekeepingTasks } from '../housekeeping/housekeeping-tasks.ts';
import { readConfig } from '@ordercast/platform/config.ts';
import { configuredDatabase } from '@ordercast/platform/configured-database.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { runProgram } from '@ordercast/platform/run-program.ts';
import { onShutdown } from '@ordercast/platform/shutdown.ts';
import { traced } from '@ordercast/platform/tracing/tracing.ts';
import { configuredRealtime } from '../realtime/configured-realtime.ts';
import { relayLeadership } from './leadership/relay-leadership.ts';
import { relayProgramSettingsSchema } from './relay-program-settings.ts';
import { startRelay } from './relay.ts';

/** ECS kills a task 30 s after SIGTERM unless its stopTimeout says otherwise. */
const SHUTDOWN_DEADLINE_MS = 25_000;

await runProgram(async () => {
  const config = readConfig(relayProgramSettingsSchema, process.env);
  const log = createLogger('relay', { level: config.LOG_LEVEL });
  const clock = Date.now;
  const random = Math.random;
  const source = await configuredDatabase(config, (text) => log.warn(text));
  const database = source.open({ appName: 'ordercast-relay' });
  const lead = relayLeadership({ database, open: source.open, clock });
  const { realtime, close: closeRealtime } = configuredRealtime(config, log);
  const relay = startRelay({
    database,
    publish: traced('publish', realtime.publish),
    leadership: lead.leadership,
    clock,
    random,
    log,
  });
  const housekeeping = startHousekeeping({ tasks: housekeepingTasks({ database, clock }), log });

  onShutdown(
    async () => {
      await Promise.all([relay.stop(), housekeeping.stop()]);
      closeRealtime();
      await lead.close();
      await database.destroy();
      source.close();
    },
    { log, deadlineMs: SHUTDOWN_DEADLINE_MS },
  );
});

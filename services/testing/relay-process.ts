import { appendFileSync } from 'node:fs';
import { z } from 'zod';
import { readConfig } from '@ordercast/platform/config.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { onShutdown } from '@ordercast/platform/shutdown.ts';
import { relayLeadership } from '../relay/leadership/relay-leadership.ts';
import { startRelay } from '../relay/relay.ts';

/**
 * A relay as a process of its own whose channels are lines of a file, `<channel> <event as JSON>`,
 * so that a test can kill it anywhere. CRASH_AT names the crash point at which it kills itself.
 */
const config = readConfig(
  z.object({
    DATABASE_URL: z.string(),
    LOG_FILE: z.string(),
    CRASH_AT: z.enum(['afterClaim', 'afterPublish', 'beforeComplete']).optional(),
  }),
  process.env,
);
const database = openDatabase(config.DATABASE_URL);
const log = createLogger('relay');
const crash = (): Promise<void> => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
};
const relay = startRelay({
  database,
  publish: (channel, events) => {
    const lines = events.map((event) => `${channel} ${JSON.stringify(event)}\n`);
    appendFileSync(config.LOG_FILE, lines.join(''));
    return Promise.resolve({ settled: Promise.resolve() });
  },
  leadership: relayLeadership({
    database,
    open: (options) => openDatabase(config.DATABASE_URL, options),
    clock: Date.now,
  }).leadership,
  clock: Date.now,
  random: seededRandom(process.pid),
  log,
  ...(config.CRASH_AT !== undefined && { crashPoints: { [config.CRASH_AT]: crash } }),
});
onShutdown(() => relay.stop(), { log, deadlineMs: 20_000 });

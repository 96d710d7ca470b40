import { writeSync } from 'node:fs';
import { readConfig } from '@ordercast/platform/config.ts';
import { openDatabase } from '@ordercast/platform/database.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import {
  REALTIME_VARIABLES,
  configuredRealtime,
} from '@ordercast/services/realtime/configured-realtime.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { relayLeadership } from '@ordercast/services/relay/leadership/relay-leadership.ts';
import { startRelay } from '@ordercast/services/relay/relay.ts';
import { z } from 'zod';
import { STOPPING_POINTS } from './stopping-points.ts';
import type { StoppingPoint } from './stopping-points.ts';

/**
 * services/relay/main.ts on the same tables and sockets, but that it sends itself the signal
 * STOP_BY at its first passage of the point STOP_AT, where that concerns STOP_CHANNEL.
 */
const config = readConfig(
  z.object({
    DATABASE_URL: z.string(),
    ...REALTIME_VARIABLES,
    STOP_AT: z.enum(STOPPING_POINTS),
    STOP_BY: z.enum(['SIGKILL', 'SIGSTOP']),
    STOP_CHANNEL: z.string(),
  }),
  process.env,
);
const log = createLogger('relay');
const database = openDatabase(config.DATABASE_URL);
const { realtime, dynamo } = configuredRealtime(config, log);

let hasStopped = false;
function pass(point: StoppingPoint, channel = config.STOP_CHANNEL): void {
  if (hasStopped || point !== config.STOP_AT || channel !== config.STOP_CHANNEL) return;
  hasStopped = true;
  // Not through a stream, which would not be flushed any more.
  writeSync(1, `stopping at ${point}\n`);
  process.kill(process.pid, config.STOP_BY);
}

function passed(point: StoppingPoint): Promise<void> {
  pass(point);
  return Promise.resolve();
}

const channelSchema = z.object({ S: z.string() });
const writeSchema = z.union([
  z.object({ Item: z.object({ channel: channelSchema, from: z.object({ N: z.string() }) }) }),
  z.object({ Key: z.object({ channel: channelSchema, from: z.object({ N: z.string() }) }) }),
]);
const HEAD = '0';

/** Which write to the channel log a request is, if any. */
function logWrite(
  command: string | undefined,
  input: unknown,
): { kind: 'put' | 'raise'; channel: string } | undefined {
  const write = writeSchema.safeParse(input).data;
  if (write === undefined) return undefined;
  const { channel, from } = 'Item' in write ? write.Item : write.Key;
  if (command === 'PutItemCommand' && from.N !== HEAD) return { kind: 'put', channel: channel.S };
  if (command === 'UpdateItemCommand' && from.N === HEAD)
    return { kind: 'raise', channel: channel.S };
  return undefined;
}

dynamo.middlewareStack.add(
  (next, { commandName }) =>
    async (args) => {
      const write = logWrite(commandName, args.input);
      if (write?.kind === 'put') pass('before the append', write.channel);
      const answer = await next(args);
      if (write?.kind === 'put') pass('between append and head', write.channel);
      if (write?.kind === 'raise') pass('between head and fan-out', write.channel);
      return answer;
    },
  { step: 'build', name: 'stoppingPoints' },
);
startRelay({
  database,
  publish: async (channel, events) => {
    const { settled } = await realtime.publish(channel, events);
    return { settled: settled.then(() => pass('between fan-out and complete', channel)) };
  },
  leadership: relayLeadership({
    database,
    open: (options) => openDatabase(config.DATABASE_URL, options),
    clock: Date.now,
  }).leadership,
  clock: Date.now,
  random: seededRandom(1),
  log,
  crashPoints: {
    afterClaim: () => passed('between commit and append'),
    beforeComplete: () => passed('before complete, everything published'),
  },
});

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ORDERS_CHANNEL } from '@ordercast/contract/channel.ts';
import { createChannelLane } from '@ordercast/services/relay/channel-lane.ts';
import type { Entry } from '@ordercast/services/relay/entry.ts';
import { createRealtime } from '@ordercast/websocket/realtime.ts';
import { answerOrders } from '../child.ts';
import { publishOrderSchema } from './publish-order.ts';
import type { EventData } from './publish-order.ts';
import { REALTIME_SETTINGS } from './realtime-settings.ts';

/**
 * The publishing process, as the relay is one: the relay's own lane for a channel, so that what
 * holds up one event's fan-out holds up the next event as it would there.
 */
const [dynamoEndpoint = ''] = process.argv.slice(2);
const { region, credentials } = REALTIME_SETTINGS;
const dynamo = new DynamoDBClient({ endpoint: dynamoEndpoint, region, credentials });
const { publish } = createRealtime({
  ...REALTIME_SETTINGS,
  dynamo: DynamoDBDocumentClient.from(dynamo),
  // Nobody connects through this process.
  issuer: 'http://127.0.0.1/pool',
});
const lane = createChannelLane(ORDERS_CHANNEL, {
  publish,
  mayPublish: () => Promise.resolve(true),
  inSlot: (work) => work(),
  onDone: () => undefined,
  onFailure: (_channel, _entries, error) => {
    throw error;
  },
  onUnencodable: (_entry, error) => {
    throw error;
  },
  onIdle: () => undefined,
  wait: (ms) => sleep(ms),
  random: Math.random,
});

answerOrders(publishOrderSchema, async ({ events, intervalMs }) => {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  for (let index = 0; index < events; index += 1) {
    // By the clock, not after the last one: nobody orders later because others have to wait.
    await sleep(Math.max(0, startedAt + index * intervalMs - performance.now()));
    lane.push(anEntry());
  }
  await lane.idle();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpuMs: (user + system) / 1000 };
});

function anEntry(): Entry {
  const now = Date.now();
  // About as large as an order event.
  const data: EventData = { committedAt: now, padding: 'x'.repeat(250) };
  const id = randomUUID();
  const time = new Date(now).toISOString();
  const event = { specversion: '1.0' as const, id, type: 'bench', source: '/bench', time, data };
  const channels = [ORDERS_CHANNEL];
  return { id, channels, event, traceparent: null, abandonedBecause: undefined };
}

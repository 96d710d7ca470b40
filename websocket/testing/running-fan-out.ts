import { eventsSchema } from '@ordercast/protocol/server-message.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { onTestFinished } from 'vitest';
import type { Batch } from '../channel-log/channel-log.ts';
import { ManualTimers } from '../client/testing/manual-timers.ts';
import { DynamoConnectionRegistry } from '../connections/dynamo-connection-registry.ts';
import { ConnectionCloser } from '../fanout/connection-closer.ts';
import { createFanOut } from '../fanout/fan-out.ts';
import type { SenderLimits, SenderOptions } from '../fanout/sender.ts';
import { Sender, SENDER_LIMITS } from '../fanout/sender.ts';
import { SignedConnectionClient } from '../fanout/signed-connection-client.ts';
import type { RunningDynamoDb } from './running-dynamodb.ts';
import { startEndpoint } from './running-endpoint.ts';

const HOUR_MS = 3_600_000;

/**
 * A fan-out over real tables and a real endpoint, to the channel `c`. Its time is the test's: nobody
 * becomes slow or late, and no post misses its deadline, but by `timers`; retries follow at once.
 */
export async function startFanOut(
  dynamo: RunningDynamoDb,
  limits: Partial<SenderLimits> = {},
  changed: Partial<Pick<SenderOptions, 'clock' | 'random' | 'wait'>> = {},
) {
  const at = await startEndpoint();
  const timers = new ManualTimers();
  const { clock, setTimer } = timers;
  const prefix = await dynamo.freshTables();
  const registry = new DynamoConnectionRegistry({
    client: dynamo.client,
    connectionsTable: `${prefix}connections`,
    subscriptionsTable: `${prefix}subscriptions`,
    shardsOf: () => 2,
    maxSubscriptions: 50,
    clock,
  });
  const logger = { warn: () => undefined, error: () => undefined };
  const client = new SignedConnectionClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxSockets: 64,
    logger,
  });
  onTestFinished(() => client.destroy());
  const shared = { registry, clock, random: seededRandom(1), logger };
  const sender = new Sender({
    client,
    limits: { ...SENDER_LIMITS, ...limits },
    ...shared,
    setTimer,
    wait: () => Promise.resolve(),
    ...changed,
  });
  const closer = new ConnectionCloser({ sender, ...shared });
  const fanOut = createFanOut({ sender, closer, ...shared });
  const subscribe = async (connectionId: string, expiresAt = clock() + HOUR_MS) => {
    await registry.connect({
      connectionId,
      expiresAt,
      endpoint: at.endpoint,
      sub: 'ada',
      groups: [],
      connectedAt: clock(),
    });
    await registry.subscribe(connectionId, 'c');
  };
  const deliver = async (...batches: Batch[]) => {
    const { settled } = await fanOut.deliver('c', batches);
    await settled;
  };
  return { ...at, registry, fanOut, subscribe, deliver, timers, prefix };
}

/** Events of the channel's log, named after their numbers. */
export function aBatch(from: number, to = from, padding = 0): Batch {
  const events = Array.from({ length: to - from + 1 }, (_, index) => {
    const event = { specversion: '1.0', id: `e${from + index}`, type: 't', source: '/s', time: '' };
    return JSON.stringify({ ...event, data: 'x'.repeat(padding) });
  });
  return { epoch: 'epoch', from, to, events };
}

export function framesOf(texts: readonly string[]) {
  return texts.map((text) => eventsSchema.parse(JSON.parse(text)));
}

/** The numbers of each frame's first and last event. */
export function rangesOf(texts: readonly string[]): [number, number][] {
  return framesOf(texts).map(({ from, to }) => [from, to]);
}

/** The ids of all events that these frames hold. */
export function idsOf(texts: readonly string[]): string[] {
  return framesOf(texts).flatMap(({ events }) => events.map(({ id }) => id));
}

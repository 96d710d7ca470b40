import { join } from 'node:path';
import type { WebSocket } from 'ws';
import type { Benchmark, Figure, OpenBenchmark } from '../benchmark.ts';
import type { Child } from '../child.ts';
import { startChild } from '../child.ts';
import { percentile } from '../statistics.ts';
import type { BadClientCounts } from './add-bad-clients.ts';
import { addBadClients } from './add-bad-clients.ts';
import { publishedSchema } from './publish-order.ts';
import type { PublishOrder } from './publish-order.ts';
import type { RealtimeApi } from './realtime-api.ts';
import { startRealtimeApi } from './realtime-api.ts';
import { onDelivery, subscribe } from './subscriber.ts';
import { until } from './until.ts';

const HEALTHY = 980;
const BAD: BadClientCounts = { stalled: 10, gone: 5, hanging: 5 };
/** So few that a thousand posts are done, and the machine rests, before the next event comes. */
const ROUND: PublishOrder = { events: 20, intervalMs: 1_000 };
/** The first events meet code that is not compiled and sockets that are not open. */
const WARM_UP: PublishOrder = { events: 5, intervalMs: 1_000 };
/** Connections that are made at once. */
const CONNECTING = 20;

/** The promise that a slow or dead client delays nobody: then the ratios are near 1. */
export const badClients: Benchmark = {
  name: 'bad-clients',
  compares:
    'latency from commit to 980 healthy subscribers of a channel, with 10 stalled and 10 dead ones among them, to that without these.',
  sides: { subject: 'with bad clients', reference: 'without' },
  async open() {
    const api = await startRealtimeApi();
    const publisher = startChild(join(import.meta.dirname, 'publisher.ts'), [api.dynamoEndpoint]);
    const sockets: WebSocket[] = [];
    const close = async (): Promise<void> => {
      await publisher.stop();
      for (const socket of sockets) socket.terminate();
      await api.close();
    };
    try {
      return { ...(await prepare(api, publisher, sockets)), close };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

async function prepare(
  api: RealtimeApi,
  publisher: Child,
  sockets: WebSocket[],
): Promise<Omit<OpenBenchmark, 'close'>> {
  let latencies: number[] = [];
  while (sockets.length < HEALTHY) {
    const subs = Array.from({ length: CONNECTING }, (_unused, index) => sockets.length + index);
    const opened = await Promise.all(subs.map((sub) => subscribe(api, `healthy-${sub}`)));
    sockets.push(...opened);
  }
  for (const socket of sockets) onDelivery(socket, (latencyMs) => latencies.push(latencyMs));

  const measure = async (order: PublishOrder): Promise<Figure[]> => {
    latencies = [];
    const { cpuMs } = await publisher.ask(order, publishedSchema);
    await until('everybody has every event', () => latencies.length === order.events * HEALTHY);
    return [
      { name: 'p50', unit: 'ms', value: percentile(latencies, 0.5) },
      { name: 'p99', unit: 'ms', value: percentile(latencies, 0.99) },
      { name: 'CPU of the publisher', unit: 'ms an event', value: cpuMs / order.events },
    ];
  };

  await measure(WARM_UP);
  return {
    subject: async () => {
      const bad = await addBadClients(api, BAD);
      try {
        const figures = await measure(ROUND);
        await bad.verify();
        return figures;
      } finally {
        await bad.remove();
      }
    },
    reference: () => measure(ROUND),
  };
}

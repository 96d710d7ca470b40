import { join } from 'node:path';
import type { ConnectionClient } from '@ordercast/websocket/fanout/connection-client.ts';
import { SdkConnectionClient } from '@ordercast/websocket/fanout/sdk-connection-client.ts';
import { SENDER_LIMITS } from '@ordercast/websocket/fanout/sender.ts';
import { SignedConnectionClient } from '@ordercast/websocket/fanout/signed-connection-client.ts';
import { z } from 'zod';
import type { Benchmark, Figure } from '../benchmark.ts';
import { startChild } from '../child.ts';

const POSTS = 5_000;
const WARM_UP_POSTS = 2_000;
/** As many as the sender has under way at once. */
const AT_ONCE = SENDER_LIMITS.concurrency;
/** About an order event's frame. */
const FRAME = JSON.stringify({ type: 'events', events: ['x'.repeat(600)] });

const portSchema = z.object({ port: z.number() });

/** What one process can post, signed, to connections that take everything. */
export const posts: Benchmark = {
  name: 'posts',
  compares: `signed posts of one process by the client with a kept signer, to the SDK's client, ${AT_ONCE} at once.`,
  sides: { subject: 'kept signer', reference: 'SDK' },
  async open() {
    const server = startChild(join(import.meta.dirname, 'server.ts'), []);
    const { port } = await server.ask('port', portSchema);
    const endpoint = `http://127.0.0.1:${port}/realtime`;
    const options = {
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      maxSockets: AT_ONCE,
      logger: console,
    };
    const signed = new SignedConnectionClient(options);
    const sdk = new SdkConnectionClient(options);
    for (const client of [signed, sdk]) await postMany(client, endpoint, WARM_UP_POSTS);
    return {
      subject: () => measure(signed, endpoint),
      reference: () => measure(sdk, endpoint),
      close: async () => {
        signed.destroy();
        sdk.destroy();
        await server.stop();
      },
    };
  },
};

async function measure(client: ConnectionClient, endpoint: string): Promise<Figure[]> {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  await postMany(client, endpoint, POSTS);
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - startedAt) / 1000;
  return [
    { name: 'posts', unit: 'a second', value: POSTS / seconds },
    { name: 'CPU', unit: 'µs a post', value: (user + system) / POSTS },
  ];
}

async function postMany(client: ConnectionClient, endpoint: string, count: number): Promise<void> {
  let begun = 0;
  const work = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      const signal = AbortSignal.timeout(30_000);
      const result = await client.post(endpoint, `connection-${begun}=`, FRAME, signal);
      if (result !== 'delivered') throw new Error(`a post was ${result}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import { SignedConnectionClient } from '@ordercast/websocket/fanout/signed-connection-client.ts';
import { SENDER_LIMITS, Sender } from '@ordercast/websocket/fanout/sender.ts';
import { simulatePosts } from './post-queue.ts';

export interface MeasuredCase {
  recipients: number;
  postsPerSecond: number;
  burst: number;
  concurrency: number;
  /** What the endpoint takes for a post. */
  delayMs: number;
}

export interface Measured {
  measuredMs: number;
  modelMs: number;
}

/** Small enough that this machine's own speed is not what limits it. */
export const CASES: readonly MeasuredCase[] = [
  { recipients: 1_000, postsPerSecond: 400, burst: 200, concurrency: 64, delayMs: 15 },
  { recipients: 600, postsPerSecond: 10_000, burst: 5_000, concurrency: 8, delayMs: 40 },
  { recipients: 300, postsPerSecond: 600, burst: 50, concurrency: 16, delayMs: 25 },
];

/**
 * The time until the last post of a broadcast has ended: by the real sender, over the SDK's client
 * and sockets, and by the model.
 */
export async function measure(one: MeasuredCase): Promise<Measured> {
  const { recipients, postsPerSecond, burst, concurrency, delayMs } = one;
  const server = createServer((request, response) => {
    request.resume();
    setTimeout(() => response.end(), delayMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = new SignedConnectionClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxSockets: concurrency * 2,
    logger: { warn: () => undefined },
  });
  const sender = new Sender({
    client,
    limits: { ...SENDER_LIMITS, postsPerSecond, postsBurst: burst, concurrency },
    clock: Date.now,
    random: Math.random,
  });
  try {
    const endpoint = `http://127.0.0.1:${port}/realtime`;
    // Sockets, and the SDK's middleware, are there before it counts.
    await sender.send(endpoint, 'warm-up', '{}');
    const startedAt = performance.now();
    await Promise.all(
      Array.from({ length: recipients }, (_unused, index) =>
        sender.send(endpoint, `connection-${index}`, '{"type":"events"}'),
      ),
    );
    const measuredMs = performance.now() - startedAt;
    const limits = { perSecond: postsPerSecond, burst, concurrency };
    const ends = simulatePosts(new Float64Array(recipients), limits, () => delayMs);
    return { measuredMs, modelMs: Math.max(...ends) };
  } finally {
    client.destroy();
    server.closeAllConnections();
    server.close();
  }
}

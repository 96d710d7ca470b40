import { SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { afterAll } from 'vitest';
import { createBroadcastQueues, queueDepth } from './broadcast-queue.ts';

export interface RunningFauxqs {
  /** Where it listens; another client can be pointed at it through a proxy. */
  port: number;
  client: SQSClient;
  /** Makes a new client, as another process would have. */
  connect: (port?: number) => SQSClient;
  /** Makes queues that no other test has. */
  freshQueues: () => Promise<{ queueUrl: string; deadLetterUrl: string }>;
  /** Messages of a queue that wait, and those that somebody has in hand. */
  depth: (queueUrl: string) => Promise<{ waiting: number; inHand: number }>;
}

/** An SQS stand-in in memory on a free port, until the specs of the file are done. */
export async function startFauxqs(): Promise<RunningFauxqs> {
  const server = buildApp({ logger: false });
  const { port } = new URL(await server.listen({ port: 0, host: '127.0.0.1' }));
  const clients: SQSClient[] = [];
  const connect = (to = Number(port)) => {
    const client = new SQSClient({
      endpoint: `http://127.0.0.1:${to}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      useQueueUrlAsEndpoint: false,
    });
    clients.push(client);
    return client;
  };
  const client = connect();
  let prefixes = 0;
  afterAll(async () => {
    for (const open of clients) open.destroy();
    server.server.closeAllConnections();
    await server.close();
  });
  return {
    port: Number(port),
    client,
    connect,
    freshQueues: () => {
      prefixes += 1;
      return createBroadcastQueues(client, `test${prefixes}-`);
    },
    depth: (queueUrl) => queueDepth(client, queueUrl),
  };
}

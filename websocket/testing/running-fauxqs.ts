import { SQSClient } from '@aws-sdk/client-sqs';
import { startSqs } from '@ordercast/emulators/sqs/start-sqs.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { afterAll } from 'vitest';
import { createBroadcastQueues, queueDepth } from '../broadcast/broadcast-queue.ts';

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
  const server = await startSqs();
  const port = Number(new URL(server.endpoint).port);
  const clients: SQSClient[] = [];
  const connect = (to = port) => {
    const client = new SQSClient({
      ...standIn(`http://127.0.0.1:${to}`),
      useQueueUrlAsEndpoint: false,
    });
    clients.push(client);
    return client;
  };
  let prefixes = 0;
  afterAll(async () => {
    for (const open of clients) open.destroy();
    await server.close();
  });
  return {
    port,
    client: server.client,
    connect,
    freshQueues: () => {
      prefixes += 1;
      return createBroadcastQueues(server.client, `test${prefixes}-`);
    },
    depth: (queueUrl) => queueDepth(server.client, queueUrl),
  };
}

import { SQSClient } from '@aws-sdk/client-sqs';
import { startSqs } from '@ordercast/emulators/sqs/start-sqs.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { afterAll } from 'vitest';
import { createBroadcastQueues, queueDepth } from '../broadcast/broadcast-queue.ts';

export interface RunningSqs {
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

/** fauxqs in memory on a free port, until the specs of the file are done. */
export async function startFauxqs(): Promise<RunningSqs> {
  const server = await startSqs();
  afterAll(() => server.close());
  return sqsAt(server.endpoint);
}

/** What stands in for SQS at an address of this machine, for the specs of the file. */
export function sqsAt(endpoint: string): RunningSqs {
  const port = Number(new URL(endpoint).port);
  const clients: SQSClient[] = [];
  const connect = (to = port) => {
    const client = new SQSClient({
      ...standIn(`http://127.0.0.1:${to}`),
      // Queue URLs of stand-ins name hosts that need not exist.
      useQueueUrlAsEndpoint: false,
    });
    clients.push(client);
    return client;
  };
  const client = connect();
  let prefixes = 0;
  afterAll(() => clients.forEach((open) => open.destroy()));
  return {
    port,
    client,
    connect,
    freshQueues: () => {
      prefixes += 1;
      return createBroadcastQueues(client, `test${prefixes}-`);
    },
    depth: (queueUrl) => queueDepth(client, queueUrl),
  };
}

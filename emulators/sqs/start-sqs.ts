import { SQSClient } from '@aws-sdk/client-sqs';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { buildApp } from 'fauxqs';

export interface LocalSqs {
  /** A client of the AWS SDK that talks to it. */
  client: SQSClient;
  endpoint: string;
  close(): Promise<void>;
}

/**
 * SQS on a free loopback port: fauxqs, with its queues in memory. Whoever waits for what a killed
 * process forgets so was connected to it, comes back, and has it from the channel's log.
 */
export async function startSqs(): Promise<LocalSqs> {
  // Not by its own `startFauxqs`, which listens on every network of the machine.
  const server = buildApp({ logger: false });
  const endpoint = await server.listen({ port: 0, host: '127.0.0.1' });
  const client = new SQSClient({
    ...standIn(endpoint),
    // Its queue URLs name hosts that need not exist.
    useQueueUrlAsEndpoint: false,
  });
  return {
    client,
    endpoint,
    close: async () => {
      client.destroy();
      server.server.closeAllConnections();
      await server.close();
    },
  };
}

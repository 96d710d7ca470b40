import type { Server } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { standIn } from '@ordercast/platform/stand-in.ts';
import dynalite from 'dynalite';

export interface LocalDynamoDb {
  /** A client of the AWS SDK that talks to it. */
  client: DynamoDBClient;
  /** Another one, with sockets of its own, for publishing. */
  publishingClient: DynamoDBClient;
  endpoint: string;
  close(): Promise<void>;
}

/** DynamoDB on a free loopback port: dynalite, with its tables in a folder or, without one, in memory. */
export async function startDynamoDb(folder: string | undefined): Promise<LocalDynamoDb> {
  const server: Server = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    ...(folder ? { path: folder } : {}),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('dynalite has no port');
  const endpoint = `http://127.0.0.1:${address.port}`;
  const newClient = () => new DynamoDBClient(standIn(endpoint));
  const client = newClient();
  const publishingClient = newClient();
  return {
    client,
    publishingClient,
    endpoint,
    close: async () => {
      client.destroy();
      publishingClient.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

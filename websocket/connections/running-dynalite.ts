import { once } from 'node:events';
import {
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { afterAll } from 'vitest';
import { createRealtimeTables } from './realtime-tables.ts';

export interface RunningDynalite {
  /** Where it listens; another client can be pointed at it through a proxy. */
  port: number;
  client: DynamoDBDocumentClient;
  /** Makes a new client, as another process would have. */
  connect: (port?: number) => DynamoDBDocumentClient;
  /** Makes the tables under a prefix that no other test has, and returns it. */
  freshTables: () => Promise<string>;
  dropTable: (name: string) => Promise<void>;
}

/** A DynamoDB stand-in in memory on a free port, until the specs of the file are done. */
export async function startDynalite(): Promise<RunningDynalite> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  const { port } = address;

  const clients: DynamoDBClient[] = [];
  const connectPlain = (to: number) => {
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${to}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    });
    clients.push(client);
    return client;
  };
  const connect = (to = port) => DynamoDBDocumentClient.from(connectPlain(to));
  const plain = connectPlain(port);
  let prefixes = 0;
  afterAll(async () => {
    for (const open of clients) open.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port,
    client: DynamoDBDocumentClient.from(plain),
    connect,
    freshTables: async () => {
      prefixes += 1;
      const prefix = `test${prefixes}-`;
      await createRealtimeTables(plain, prefix);
      return prefix;
    },
    dropTable: async (name) => {
      await plain.send(new DeleteTableCommand({ TableName: name }));
      await waitUntilTableNotExists({ client: plain, maxWaitTime: 30 }, { TableName: name });
    },
  };
}

import {
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startDynamoDb } from '@ordercast/emulators/dynamodb/start-dynamodb.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { afterAll } from 'vitest';
import { createRealtimeTables } from '../connections/realtime-tables.ts';

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
  const server = await startDynamoDb(undefined);
  const port = Number(new URL(server.endpoint).port);
  const clients: DynamoDBClient[] = [];
  const connect = (to = port) => {
    const client = new DynamoDBClient(standIn(`http://127.0.0.1:${to}`));
    clients.push(client);
    return DynamoDBDocumentClient.from(client);
  };
  let prefixes = 0;
  afterAll(async () => {
    for (const open of clients) open.destroy();
    await server.close();
  });
  return {
    port,
    client: DynamoDBDocumentClient.from(server.client),
    connect,
    freshTables: async () => {
      prefixes += 1;
      const prefix = `test${prefixes}-`;
      await createRealtimeTables(server.client, prefix);
      return prefix;
    },
    dropTable: async (name) => {
      const { client } = server;
      await client.send(new DeleteTableCommand({ TableName: name }));
      await waitUntilTableNotExists({ client, maxWaitTime: 30 }, { TableName: name });
    },
  };
}

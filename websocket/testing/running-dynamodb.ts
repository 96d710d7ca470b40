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

export interface RunningDynamoDb {
  /** Where it listens; another client can be pointed at it through a proxy. */
  port: number;
  client: DynamoDBDocumentClient;
  /** Makes a new client, as another process would have. */
  connect: (port?: number) => DynamoDBDocumentClient;
  /** Makes the tables under a prefix that no other test has, and returns it. */
  freshTables: () => Promise<string>;
  dropTable: (name: string) => Promise<void>;
}

/** dynalite in memory on a free port, until the specs of the file are done. */
export async function startDynalite(): Promise<RunningDynamoDb> {
  const server = await startDynamoDb(undefined);
  afterAll(() => server.close());
  return dynamoDbAt(server.endpoint);
}

/** What stands in for DynamoDB at an address of this machine, for the specs of the file. */
export function dynamoDbAt(endpoint: string): RunningDynamoDb {
  const port = Number(new URL(endpoint).port);
  const clients: DynamoDBClient[] = [];
  const newClient = (to: number) => {
    const opened = new DynamoDBClient(standIn(`http://127.0.0.1:${to}`));
    clients.push(opened);
    return opened;
  };
  const client = newClient(port);
  let prefixes = 0;
  afterAll(() => clients.forEach((open) => open.destroy()));
  return {
    port,
    client: DynamoDBDocumentClient.from(client),
    connect: (to = port) => DynamoDBDocumentClient.from(newClient(to)),
    freshTables: async () => {
      prefixes += 1;
      const prefix = `test${prefixes}-`;
      await createRealtimeTables(client, prefix);
      return prefix;
    },
    dropTable: async (name) => {
      await client.send(new DeleteTableCommand({ TableName: name }));
      await waitUntilTableNotExists({ client, maxWaitTime: 30 }, { TableName: name });
    },
  };
}

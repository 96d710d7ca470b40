import type { CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateTableCommand,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

export interface RealtimeTableNames {
  /** Key `connectionId`; time to live in `ttl`. */
  connections: string;
  /** Keys `channelShard`, `connectionId`; time to live in `ttl`. */
  subscriptions: string;
  /** Keys `channel`, `from` (a number); time to live in `ttl`. */
  channelLog: string;
}

/** The tables of one installation; `prefix` such as `ordercast-`. */
export function realtimeTableNames(prefix: string): RealtimeTableNames {
  return {
    connections: `${prefix}connections`,
    subscriptions: `${prefix}subscriptions`,
    channelLog: `${prefix}channel-log`,
  };
}

/**
 * Makes the tables that are missing and waits for them: for the laptop and for tests. On AWS the
 * infrastructure makes them, with time to live switched on.
 */
export async function createRealtimeTables(client: DynamoDBClient, prefix: string): Promise<void> {
  const names = realtimeTableNames(prefix);
  await Promise.all([
    createTable(client, names.connections, { connectionId: 'S' }),
    createTable(client, names.subscriptions, { channelShard: 'S', connectionId: 'S' }),
    createTable(client, names.channelLog, { channel: 'S', from: 'N' }),
  ]);
}

async function createTable(
  client: DynamoDBClient,
  name: string,
  keys: Record<string, 'S' | 'N'>,
): Promise<void> {
  const attributes = Object.entries(keys);
  const table: CreateTableCommandInput = {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: attributes.map(([AttributeName], index) => ({
      AttributeName,
      KeyType: index === 0 ? 'HASH' : 'RANGE',
    })),
  };
  try {
    await client.send(new CreateTableCommand(table));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists(
    { client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 },
    { TableName: name },
  );
}

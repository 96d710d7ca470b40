import { connect } from 'node:net';
import { once } from 'node:events';
import {
  CreateTableCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fillDisk } from '@ordercast/platform/testing/fill-disk.ts';
import { MAY_MOUNT, smallDisk } from '@ordercast/platform/testing/small-disk.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDynamoDb } from './start-dynamodb.ts';

const TableName = 'texts';

async function start(folder: string | undefined, faults: unknown[] = []) {
  const dynamodb = await startDynamoDb(folder, (error) => faults.push(error));
  onTestFinished(() => dynamodb.close());
  return dynamodb;
}

const makeTable = (client: DynamoDBClient) =>
  client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
const put = (client: DynamoDBClient, id: string, text = 'x') =>
  client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, text: { S: text } } }));
const isKept = async (client: DynamoDBClient, id: string) => {
  const { Item } = await client.send(
    new GetItemCommand({ TableName, Key: { id: { S: id } }, ConsistentRead: true }),
  );
  return Item !== undefined;
};

describe('the DynamoDB stand-in', () => {
  it('outlives a caller that goes away in the middle of a request', async () => {
    const faults: unknown[] = [];
    const { endpoint, client } = await start(undefined, faults);
    await makeTable(client);
    const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
    await once(socket, 'connect');
    const request =
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n\r\n{';
    await new Promise((resolve) => socket.write(request, resolve));
    // It has read that much when it has answered another request.
    await client.send(new ListTablesCommand({}));
    socket.resetAndDestroy();
    await once(socket, 'close');
    const { TableNames } = await client.send(new ListTablesCommand({}));
    expect(TableNames).toEqual([TableName]);
    expect(faults).toEqual([]);
  });

  it.runIf(MAY_MOUNT)(
    'fails calls on a full disk, lives, and keeps what it takes once there is room (needs root, for a disk of its own)',
    async () => {
      const disk = await smallDisk(16);
      const faults: unknown[] = [];
      const dynamodb = await startDynamoDb(disk, (error) => faults.push(error));
      await makeTable(dynamodb.client);
      await put(dynamodb.client, 'early');
      const free = fillDisk(disk);
      await expect(put(dynamodb.client, 'lost', 'x'.repeat(100_000))).rejects.toThrow();
      expect(String(faults[0])).toMatch(/No space left on device/);
      free();
      await expect
        .poll(() =>
          put(dynamodb.client, 'late').then(
            () => true,
            () => false,
          ),
        )
        .toBe(true);
      await dynamodb.close();

      const { client } = await start(disk);
      expect(await isKept(client, 'early')).toBe(true);
      expect(await isKept(client, 'late')).toBe(true);
    },
  );
});

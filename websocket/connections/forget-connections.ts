import type { DynamoDBDocumentClient, ScanCommandInput } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { realtimeTableNames } from './realtime-tables.ts';

/** Deletes at once: each page of a scan holds thousands. */
const AT_ONCE = 50;

const itemsSchema = z.array(z.record(z.string(), z.unknown()));

/**
 * Forgets every connection and subscription, also those that nothing lists any more; revocations, which lie in the
 * same table, stay. For who knows that nobody is connected: an installation of one process, as it starts.
 */
export async function forgetConnections(
  client: DynamoDBDocumentClient,
  prefix: string,
): Promise<void> {
  const { connections, subscriptions } = realtimeTableNames(prefix);
  // Subscriptions first, as when one connection is removed.
  await deleteAll(client, subscriptions, ['channelShard', 'connectionId']);
  await deleteAll(client, connections, ['connectionId']);
}

/** What names a callback endpoint is of a connection; a revocation names none. */
async function deleteAll(
  client: DynamoDBDocumentClient,
  TableName: string,
  keys: readonly string[],
): Promise<void> {
  const scan: ScanCommandInput = {
    TableName,
    ConsistentRead: true,
    FilterExpression: 'attribute_exists(endpoint)',
    ProjectionExpression: keys.join(', '),
  };
  for await (const page of paginateScan({ client }, scan)) {
    const found = itemsSchema.parse(page.Items ?? []);
    while (found.length > 0) {
      await Promise.all(
        found.splice(-AT_ONCE).map((Key) => client.send(new DeleteCommand({ TableName, Key }))),
      );
    }
  }
}

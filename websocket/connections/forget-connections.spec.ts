import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { startDynalite } from '../testing/running-dynamodb.ts';
import { DynamoConnectionRegistry } from './dynamo-connection-registry.ts';
import { forgetConnections } from './forget-connections.ts';
import { realtimeTableNames } from './realtime-tables.ts';
import { RevocationTable } from './revocation-table.ts';

const dynalite = await startDynalite();

it('forgets connections and subscriptions, listed or not, and keeps revocations', async () => {
  const prefix = await dynalite.freshTables();
  const { client } = dynalite;
  const tables = realtimeTableNames(prefix);
  const registry = new DynamoConnectionRegistry({
    client,
    connectionsTable: tables.connections,
    subscriptionsTable: tables.subscriptions,
    shardsOf: () => 3,
    maxSubscriptions: 50,
    clock: () => 1_000_000,
  });
  const ids = Array.from({ length: 120 }, (_, index) => `connection-${index}`);
  for (const connectionId of ids) {
    await registry.connect({
      connectionId,
      endpoint: 'http://localhost:8080/realtime',
      sub: 'ada',
      groups: [],
      expiresAt: 2_000_000,
      connectedAt: 500_000,
    });
    await registry.subscribe(connectionId, 'announcements');
  }
  // Left behind by one that was killed while it removed a connection which another had subscribed meanwhile.
  await client.send(
    new DeleteCommand({ TableName: tables.connections, Key: { connectionId: 'connection-7' } }),
  );
  const revocations = new RevocationTable(client, tables.subscriptions);
  await revocations.revoke('grace', 900_000);

  await forgetConnections(client, prefix);

  const rowsOf = async (TableName: string) =>
    (await client.send(new ScanCommand({ TableName }))).Items;
  expect(await rowsOf(tables.connections)).toEqual([]);
  expect(await rowsOf(tables.subscriptions)).toMatchObject([{ channelShard: 'revoked~grace' }]);
  expect(await revocations.isRevoked('grace', 900_000)).toBe(true);
  await forgetConnections(client, prefix);
});

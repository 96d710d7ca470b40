import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { ConnectionItem } from './connection-item.ts';
import {
  connectionItem,
  connectionOf,
  parseConnectionItem,
  subjectChannel,
  subjectShard,
} from './connection-item.ts';
import { channelOfShard, channelShard, channelShards, shardOf } from './channel-shard.ts';
import type {
  Connection,
  ConnectionRegistry,
  Identity,
  SubscribeOutcome,
  Subscriber,
} from './connection-registry.ts';
import { SubscriptionTable } from './subscription-table.ts';

export interface DynamoConnectionRegistryOptions {
  client: DynamoDBDocumentClient;
  connectionsTable: string;
  subscriptionsTable: string;
  /** How many partitions a channel's subscriptions are spread over; it may grow, never shrink. */
  shardsOf: (channel: string) => number;
  /** Most subscriptions of one connection. */
  maxSubscriptions: number;
  /** Epoch ms. */
  clock: () => number;
}

/**
 * Connections and subscriptions in two DynamoDB tables. A connection's row lists its subscriptions,
 * so that they can be deleted with it. Without transactions, order keeps the two in step:
 * subscribing lists first and puts after and then looks whether the list still stands; unsubscribing and
 * removing delete subscriptions first, and from the list after, unless that has grown meanwhile. Whatever happens
 * between, one of the two deletes the subscription; and whoever dies between leaves the list, by which
 * the next one to remove the connection finds them.
 */
export class DynamoConnectionRegistry implements ConnectionRegistry {
  readonly #options: DynamoConnectionRegistryOptions;
  readonly #client: DynamoDBDocumentClient;
  readonly #subscriptions: SubscriptionTable;

  constructor(options: DynamoConnectionRegistryOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#subscriptions = new SubscriptionTable(options.client, options.subscriptionsTable);
  }

  async connect(connection: Omit<Connection, 'channels'>): Promise<void> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#options.connectionsTable,
          Item: connectionItem(connection),
          ConditionExpression: 'attribute_not_exists(connectionId)',
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
    await this.#subscriptions.put(subjectShard(connection), connection);
  }

  async get(connectionId: string): Promise<Connection | undefined> {
    const item = await this.#item(connectionId);
    return item && connectionOf(item);
  }

  async countMessage(
    connectionId: string,
  ): Promise<{ connection: Connection; messages: number } | undefined> {
    const minute = Math.floor(this.#options.clock() / 60_000);
    const item =
      (await this.#update(connectionId, {
        UpdateExpression: 'SET #minute = :minute, messages = :one',
        ConditionExpression:
          'attribute_exists(connectionId) AND (attribute_not_exists(#minute) OR #minute <> :minute)',
        ExpressionAttributeNames: { '#minute': 'minute' },
        ExpressionAttributeValues: { ':minute': minute, ':one': 1 },
      })) ??
      (await this.#update(connectionId, {
        UpdateExpression: 'ADD messages :one',
        ConditionExpression: 'attribute_exists(connectionId)',
        ExpressionAttributeValues: { ':one': 1 },
      }));
    return item && { connection: connectionOf(item), messages: item.messages ?? 1 };
  }

  async subscribe(connectionId: string, channel: string): Promise<SubscribeOutcome> {
    const shard = this.#shard(channel, connectionId);
    const listed =
      (await this.#list(connectionId, shard, this.#options.maxSubscriptions)) ??
      (await this.#listInPlaceOfAnother(connectionId, channel, shard));
    if (listed === 'too_many' || listed === 'gone') return { outcome: listed };
    await this.#subscriptions.put(shard, listed);

    const after = await this.#item(connectionId);
    if (after?.shards.has(shard) && after.expiresAt === listed.expiresAt) {
      await this.#drop(connectionId, otherShards(after, channel, shard));
      return { outcome: 'subscribed', connection: connectionOf(after) };
    }
    await this.#subscriptions.delete(shard, connectionId);
    // Unsubscribed or given a new token meanwhile: what the client asked for last is this.
    return after === undefined ? { outcome: 'gone' } : this.subscribe(connectionId, channel);
  }

  async unsubscribe(connectionId: string, channel: string): Promise<void> {
    const shard = this.#shard(channel, connectionId);
    const left = await this.#drop(connectionId, [shard]);
    if (left !== undefined) await this.#drop(connectionId, otherShards(left, channel, shard));
  }

  async extend(
    connectionId: string,
    { groups, expiresAt }: Pick<Identity, 'groups' | 'expiresAt'>,
  ): Promise<Connection | undefined> {
    const extended = await this.#update(connectionId, {
      UpdateExpression: 'SET #groups = :groups, expiresAt = :expiresAt',
      ConditionExpression: 'attribute_exists(connectionId) AND expiresAt <= :expiresAt',
      ExpressionAttributeNames: { '#groups': 'groups' },
      ExpressionAttributeValues: { ':groups': [...groups], ':expiresAt': expiresAt },
    });
    if (extended === undefined) return this.get(connectionId);
    await Promise.all(
      [...extended.shards].map((shard) =>
        this.#subscriptions.extend(shard, connectionId, expiresAt),
      ),
    );
    return connectionOf(extended);
  }

  async remove(connectionId: string, channelShard?: string): Promise<void> {
    if (channelShard !== undefined) await this.#subscriptions.delete(channelShard, connectionId);
    let item = await this.#item(connectionId);
    while (item !== undefined) {
      const { shards } = item;
      await Promise.all(
        [...shards].map((shard) => this.#subscriptions.delete(shard, connectionId)),
      );
      // A connection that is being removed subscribes to no more than it may hold, so this ends.
      item = (await this.#delete(connectionId, shards))
        ? undefined
        : await this.#item(connectionId);
    }
  }

  subscribers(channel: string, shard?: number): AsyncIterable<readonly Subscriber[]> {
    return this.#subscriptions.pages(
      shard === undefined
        ? channelShards(channel, this.#options.shardsOf(channel))
        : [shardOf(channel, shard)],
    );
  }

  connections(filter?: { sub: string }): AsyncIterable<readonly Connection[]> {
    return filter === undefined ? this.#scan() : this.#connectionsOf(filter.sub);
  }

  expired(): AsyncIterable<readonly Connection[]> {
    return this.#scan({
      FilterExpression: 'expiresAt <= :now',
      ExpressionAttributeValues: { ':now': this.#options.clock() },
    });
  }

  async *#connectionsOf(sub: string): AsyncGenerator<readonly Connection[]> {
    for await (const page of this.#subscriptions.pages(channelShards(subjectChannel(sub), 1))) {
      const found = await Promise.all(page.map(({ connectionId }) => this.get(connectionId)));
      yield found.filter((connection) => connection !== undefined);
    }
  }

  async *#scan(filter: Partial<ScanCommand['input']> = {}): AsyncGenerator<readonly Connection[]> {
    let start: Record<string, unknown> | undefined;
    do {
      const page = await this.#client.send(
        new ScanCommand({
          ...filter,
          TableName: this.#options.connectionsTable,
          ExclusiveStartKey: start,
        }),
      );
      yield z
        .array(z.unknown())
        .parse(page.Items ?? [])
        .map((item) => connectionOf(parseConnectionItem(item)));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }

  async #item(connectionId: string): Promise<ConnectionItem | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#options.connectionsTable,
        Key: { connectionId },
        ConsistentRead: true,
      }),
    );
    return Item === undefined ? undefined : parseConnectionItem(Item);
  }

  /** Updates a connection's row; undefined where the condition refuses it. */
  async #update(
    connectionId: string,
    update: Partial<UpdateCommand['input']>,
  ): Promise<ConnectionItem | undefined> {
    try {
      const { Attributes } = await this.#client.send(
        new UpdateCommand({
          ...update,
          TableName: this.#options.connectionsTable,
          Key: { connectionId },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return parseConnectionItem(Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  /** Deletes a connection's row; false where its list is not, or not any more, as it is given. */
  async #delete(connectionId: string, shards: ReadonlySet<string>): Promise<boolean> {
    try {
      await this.#client.send(
        new DeleteCommand({
          TableName: this.#options.connectionsTable,
          Key: { connectionId },
          ConditionExpression: 'shards = :shards',
          ExpressionAttributeValues: { ':shards': new Set(shards) },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /** Puts a partition on a connection's list; undefined where there is no room, or no connection. */
  #list(connectionId: string, shard: string, most: number): Promise<ConnectionItem | undefined> {
    return this.#update(connectionId, {
      UpdateExpression: 'ADD shards :shards',
      ConditionExpression:
        'attribute_exists(connectionId) AND (contains(shards, :shard) OR size(shards) < :most)',
      ExpressionAttributeValues: {
        ':shards': new Set([shard]),
        ':shard': shard,
        // One more: the place on the subject's channel.
        ':most': most + 1,
      },
    });
  }

  /** Where the list is full, but the channel stands on it from a time of fewer partitions. */
  async #listInPlaceOfAnother(
    connectionId: string,
    channel: string,
    shard: string,
  ): Promise<ConnectionItem | 'too_many' | 'gone'> {
    const item = await this.#item(connectionId);
    if (item === undefined) return 'gone';
    const others = otherShards(item, channel, shard).length;
    if (others === 0) return 'too_many';
    const most = this.#options.maxSubscriptions + others;
    return (await this.#list(connectionId, shard, most)) ?? 'too_many';
  }

  /** Takes a connection's place on each partition, then the partitions off its list. */
  async #drop(
    connectionId: string,
    shards: readonly string[],
  ): Promise<ConnectionItem | undefined> {
    if (shards.length === 0) return undefined;
    await Promise.all(shards.map((shard) => this.#subscriptions.delete(shard, connectionId)));
    return this.#update(connectionId, {
      UpdateExpression: 'DELETE shards :shards',
      ConditionExpression: 'attribute_exists(connectionId)',
      ExpressionAttributeValues: { ':shards': new Set(shards) },
    });
  }

  #shard(channel: string, connectionId: string): string {
    return channelShard(channel, connectionId, this.#options.shardsOf(channel));
  }
}

/** Where a connection subscribed to the channel while it had fewer partitions. */
function otherShards({ shards }: ConnectionItem, channel: string, shard: string): string[] {
  return [...shards].filter((other) => other !== shard && channelOfShard(other) === channel);
}

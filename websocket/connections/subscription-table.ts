import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { rowTtl } from './connection-item.ts';
import type { Connection, Subscriber } from './connection-registry.ts';

const subscribersSchema = z.array(
  z.object({
    connectionId: z.string(),
    channelShard: z.string(),
    endpoint: z.string(),
    expiresAt: z.number(),
  }),
);

/** The subscriptions table: who listens on each partition of each channel. */
export class SubscriptionTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #name: string;

  constructor(client: DynamoDBDocumentClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async put(
    channelShard: string,
    {
      connectionId,
      endpoint,
      expiresAt,
      connectedAt,
    }: Pick<Connection, 'connectionId' | 'endpoint' | 'expiresAt' | 'connectedAt'>,
  ): Promise<void> {
    const ttl = rowTtl(connectedAt);
    await this.#client.send(
      new PutCommand({
        TableName: this.#name,
        Item: { channelShard, connectionId, endpoint, expiresAt, ttl },
      }),
    );
  }

  /** Moves the end of a subscription; does nothing where there is none. */
  async extend(channelShard: string, connectionId: string, expiresAt: number): Promise<void> {
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#name,
          Key: { channelShard, connectionId },
          UpdateExpression: 'SET expiresAt = :expiresAt',
          ConditionExpression: 'attribute_exists(connectionId)',
          ExpressionAttributeValues: { ':expiresAt': expiresAt },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async delete(channelShard: string, connectionId: string): Promise<void> {
    await this.#client.send(
      new DeleteCommand({ TableName: this.#name, Key: { channelShard, connectionId } }),
    );
  }

  /** Everybody on these partitions, in pages; the first page of each is asked for at once. */
  async *pages(channelShards: readonly string[]): AsyncGenerator<readonly Subscriber[]> {
    let open: { shard: string; start: StartKey }[] = channelShards.map((shard) => ({
      shard,
      start: undefined,
    }));
    while (open.length > 0) {
      const pages = await Promise.all(
        open.map(async ({ shard, start }) => ({ shard, ...(await this.#page(shard, start)) })),
      );
      for (const { subscribers } of pages) {
        if (subscribers.length > 0) yield subscribers;
      }
      open = pages
        .filter(({ next }) => next !== undefined)
        .map(({ shard, next }) => ({ shard, start: next }));
    }
  }

  async #page(
    channelShard: string,
    start: StartKey,
  ): Promise<{ subscribers: Subscriber[]; next: StartKey }> {
    const page = await this.#client.send(
      new QueryCommand({
        TableName: this.#name,
        ConsistentRead: true,
        KeyConditionExpression: 'channelShard = :shard',
        ExpressionAttributeValues: { ':shard': channelShard },
        ExclusiveStartKey: start,
      }),
    );
    return {
      subscribers: subscribersSchema.parse(page.Items ?? []),
      next: page.LastEvaluatedKey,
    };
  }
}

type StartKey = Record<string, unknown> | undefined;

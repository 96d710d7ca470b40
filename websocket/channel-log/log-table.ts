import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Position } from '@ordercast/protocol/position.ts';
import { z } from 'zod';

/** The head item's sort key; event items begin at 1. */
export const HEAD_KEY = 0;

const headSchema = z.object({ epoch: z.string(), seq: z.int().min(0) });

const idItemSchema = z.object({
  from: z.int().min(1),
  to: z.int().min(1),
  epoch: z.string(),
  ids: z.array(z.string()),
});
const eventItemSchema = idItemSchema.extend({
  events: z.array(z.string()),
  /** Epoch seconds, as DynamoDB's time to live wants it. */
  ttl: z.number(),
});
/** A stored batch: one event and one id for each number from `from` to `to`. */
export type EventItem = z.infer<typeof eventItemSchema>;
/** A stored batch without its events: enough to recognise repeats. */
export type IdItem = z.infer<typeof idItemSchema>;

const namesOfIds = { '#from': 'from', '#to': 'to', '#epoch': 'epoch', '#ids': 'ids' };

/** The channel-log table, one method a request; every read is consistent. */
export class LogTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #name: string;

  constructor(client: DynamoDBDocumentClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async getHead(channel: string): Promise<Position | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#name,
        Key: { channel, from: HEAD_KEY },
        ConsistentRead: true,
      }),
    );
    return Item === undefined ? undefined : headSchema.parse(Item);
  }

  /** Puts a head where there is none; false where another was first. */
  createHead(channel: string, head: Position): Promise<boolean> {
    return unlessRefused(
      this.#client.send(
        new PutCommand({
          TableName: this.#name,
          Item: { channel, from: HEAD_KEY, ...head },
          ConditionExpression: 'attribute_not_exists(channel)',
        }),
      ),
    );
  }

  /**
   * Moves the head up to `to`, never back. The caller has seen every item up to `to`. False where
   * the head is there already, is lost, or counts in another epoch.
   */
  raiseHead(channel: string, { epoch, seq }: Position): Promise<boolean> {
    return unlessRefused(
      this.#client.send(
        new UpdateCommand({
          TableName: this.#name,
          Key: { channel, from: HEAD_KEY },
          UpdateExpression: 'SET seq = :to',
          ConditionExpression: '#epoch = :epoch AND seq < :to',
          ExpressionAttributeNames: { '#epoch': 'epoch' },
          ExpressionAttributeValues: { ':epoch': epoch, ':to': seq },
        }),
      ),
    );
  }

  /**
   * Puts a batch where there is none, or one that an earlier epoch left; false where another writer
   * was first. Epochs sort by age, so that a writer of an old epoch never overwrites.
   */
  putItem(channel: string, item: EventItem): Promise<boolean> {
    return unlessRefused(
      this.#client.send(
        new PutCommand({
          TableName: this.#name,
          Item: { channel, ...item },
          ConditionExpression: 'attribute_not_exists(channel) OR #epoch < :epoch',
          ExpressionAttributeNames: { '#epoch': 'epoch' },
          ExpressionAttributeValues: { ':epoch': item.epoch },
        }),
      ),
    );
  }

  /** The item with the highest key that is not above `seq`. */
  async itemAtOrBefore(channel: string, seq: number): Promise<EventItem | undefined> {
    const { Items } = await this.#client.send(
      new QueryCommand({
        TableName: this.#name,
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: 1,
        KeyConditionExpression: 'channel = :channel AND #from BETWEEN :first AND :seq',
        ExpressionAttributeNames: { '#from': 'from' },
        ExpressionAttributeValues: { ':channel': channel, ':first': HEAD_KEY + 1, ':seq': seq },
      }),
    );
    return z.array(eventItemSchema).parse(Items ?? [])[0];
  }

  /** Items with keys above `seq`, oldest first, a page at a time. */
  async *itemsAfter(channel: string, seq: number): AsyncGenerator<EventItem> {
    const pages = this.#pages({
      KeyConditionExpression: 'channel = :channel AND #from > :seq',
      ExpressionAttributeNames: { '#from': 'from' },
      ExpressionAttributeValues: { ':channel': channel, ':seq': seq },
    });
    for await (const page of pages) yield* z.array(eventItemSchema).parse(page);
  }

  /** The same without the events. */
  async *idsAfter(channel: string, seq: number): AsyncGenerator<IdItem> {
    const pages = this.#pages({
      KeyConditionExpression: 'channel = :channel AND #from > :seq',
      ProjectionExpression: '#from, #to, #epoch, #ids',
      ExpressionAttributeNames: namesOfIds,
      ExpressionAttributeValues: { ':channel': channel, ':seq': seq },
    });
    for await (const page of pages) yield* z.array(idItemSchema).parse(page);
  }

  /** Items with keys up to `seq`, newest first, without the events. */
  async *idsBefore(channel: string, seq: number): AsyncGenerator<IdItem> {
    if (seq <= HEAD_KEY) return;
    const pages = this.#pages({
      KeyConditionExpression: 'channel = :channel AND #from BETWEEN :first AND :seq',
      ProjectionExpression: '#from, #to, #epoch, #ids',
      ExpressionAttributeNames: namesOfIds,
      ExpressionAttributeValues: { ':channel': channel, ':first': HEAD_KEY + 1, ':seq': seq },
      ScanIndexForward: false,
      Limit: 20,
    });
    for await (const page of pages) yield* z.array(idItemSchema).parse(page);
  }

  async *#pages(query: Omit<QueryCommand['input'], 'TableName'>): AsyncGenerator {
    let start: Record<string, unknown> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          ...query,
          TableName: this.#name,
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
      );
      yield page.Items ?? [];
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }
}

/** True when a conditional write went through, false when its condition refused it. */
async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

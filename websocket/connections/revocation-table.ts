import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

/** No access token lives longer (Cognito's maximum is 24 hours), so no older one is ever shown. */
const KEPT_MS = 25 * 60 * 60 * 1000;
/** Revocations lie among the subscriptions, on partitions that no channel can have. */
const PREFIX = 'revoked~';
const SORT_KEY = '-';

const itemSchema = z.object({ revokedAt: z.number() });

/**
 * Since when a subject's tokens are void, whatever they say themselves: Cognito cannot take back a
 * token that is checked offline. Read consistently.
 */
export class RevocationTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** Voids every token of a subject that was issued up to `at` (epoch ms). */
  async revoke(sub: string, at: number): Promise<void> {
    await this.#client.send(
      new PutCommand({
        TableName: this.#table,
        Item: {
          channelShard: PREFIX + sub,
          connectionId: SORT_KEY,
          revokedAt: at,
          ttl: Math.ceil((at + KEPT_MS) / 1000),
        },
      }),
    );
  }

  /**
   * Whether a token is void that was issued at `issuedAt` (epoch ms, whole seconds): one of the very
   * second of the revocation counts as issued before.
   */
  async isRevoked(sub: string, issuedAt: number): Promise<boolean> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#table,
        Key: { channelShard: PREFIX + sub, connectionId: SORT_KEY },
        ConsistentRead: true,
      }),
    );
    return Item !== undefined && issuedAt <= itemSchema.parse(Item).revokedAt;
  }
}

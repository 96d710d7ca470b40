import type { SQSClient } from '@aws-sdk/client-sqs';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import type { BroadcastMessage } from './broadcast-message.ts';

export interface BroadcastQueue {
  /** Resolves when every message is durable; after a rejection any of them may be. */
  send(messages: readonly BroadcastMessage[]): Promise<void>;
}

/** Messages that one call may carry: SQS developer guide, message quotas. */
const MAX_ENTRIES = 10;
/** How often what one call did not take is sent again. */
const ATTEMPTS = 3;
/** Calls under way at once. */
const MAX_CALLS = 8;

/** A standard queue of SQS: messages may come twice and in any order, which clients put right. */
export class SqsBroadcastQueue implements BroadcastQueue {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async send(messages: readonly BroadcastMessage[]): Promise<void> {
    const bodies = messages.map((message) => JSON.stringify(message));
    const calls = Array.from({ length: Math.ceil(bodies.length / MAX_ENTRIES) }, (_, index) =>
      bodies.slice(index * MAX_ENTRIES, (index + 1) * MAX_ENTRIES),
    );
    for (let start = 0; start < calls.length; start += MAX_CALLS) {
      await Promise.all(calls.slice(start, start + MAX_CALLS).map((call) => this.#sendCall(call)));
    }
  }

  async #sendCall(bodies: readonly string[]): Promise<void> {
    let left = bodies.map((body, index) => ({ Id: String(index), MessageBody: body }));
    for (let attempt = 1; ; attempt += 1) {
      const { Failed = [] } = await this.#client.send(
        new SendMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries: left }),
      );
      const failed = new Set(Failed.map(({ Id }) => Id));
      if (failed.size === 0) return;
      if (attempt === ATTEMPTS) {
        const [{ Code, Message } = {}] = Failed;
        throw new Error(`SQS did not take ${failed.size} messages: ${Code ?? ''} ${Message ?? ''}`);
      }
      left = left.filter(({ Id }) => failed.has(Id));
    }
  }
}

/** About how many messages wait in a queue, and how many somebody has in hand. */
export async function queueDepth(
  client: SQSClient,
  queueUrl: string,
): Promise<{ waiting: number; inHand: number }> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    waiting: Number(Attributes['ApproximateNumberOfMessages']),
    inHand: Number(Attributes['ApproximateNumberOfMessagesNotVisible']),
  };
}

/** How long a message that a worker has taken is hidden from the others, unless it asks for more. */
export const VISIBILITY_TIMEOUT_S = 30;
/** After so many tries a message is put aside. */
const MAX_RECEIVES = 10;
const DAY_S = 86_400;

/**
 * Makes the queue and its dead-letter queue where they are missing: for the laptop and for tests. On
 * AWS the infrastructure makes them.
 * @returns the URL of the queue.
 */
export async function createBroadcastQueues(
  client: SQSClient,
  prefix: string,
): Promise<{ queueUrl: string; deadLetterUrl: string }> {
  const deadLetterUrl = await createQueue(client, `${prefix}broadcasts-dead`, {
    MessageRetentionPeriod: String(14 * DAY_S),
  });
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
  );
  const queueUrl = await createQueue(client, `${prefix}broadcasts`, {
    VisibilityTimeout: String(VISIBILITY_TIMEOUT_S),
    // As long as the channel's log holds the events: see RETENTION_MS there.
    MessageRetentionPeriod: String(DAY_S),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: Attributes?.QueueArn,
      maxReceiveCount: MAX_RECEIVES,
    }),
  });
  return { queueUrl, deadLetterUrl };
}

async function createQueue(
  client: SQSClient,
  name: string,
  attributes: Record<string, string>,
): Promise<string> {
  const { QueueUrl } = await client.send(
    new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
  );
  if (QueueUrl === undefined) throw new Error(`SQS made no queue "${name}".`);
  return QueueUrl;
}

import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Logger } from 'pino';
import { Consumer } from 'sqs-consumer';
import { VISIBILITY_TIMEOUT_S } from './broadcast-queue.ts';
import type { BroadcastWorker } from './broadcast-worker.ts';

export interface BroadcastConsumerOptions {
  sqs: SQSClient;
  queueUrl: string;
  work: BroadcastWorker;
  logger: Pick<Logger, 'error'>;
}

export interface BroadcastConsumer {
  /** Takes no more messages; resolves when those in hand are done and deleted. */
  stop(): Promise<void>;
}

/** Shards that one process works at once; they share its posts in flight. */
const CONCURRENCY = 4;
/** The longest that SQS lets a call wait for a message. */
const LONG_POLL_S = 20;
/** A message in hand is hidden anew this often, so that only a dead worker's becomes visible. */
const HEARTBEAT_S = VISIBILITY_TIMEOUT_S / 3;
const AFTER_REFUSAL_MS = 1_000;

/**
 * Works the broadcast queue from a process that stays, on ECS or the laptop, as an event source
 * mapping does for Lambda. A message whose work fails is tried again when it becomes visible.
 */
export function startBroadcastConsumer(options: BroadcastConsumerOptions): BroadcastConsumer {
  let isStopping = false;
  const pollers = Array.from({ length: CONCURRENCY }, () =>
    createPoller(options, () => isStopping),
  );
  for (const { consumer } of pollers) consumer.start();
  return {
    stop: async () => {
      isStopping = true;
      for (const { consumer } of pollers) consumer.stop();
      await Promise.all(pollers.map(({ inHand }) => inHand()));
      // What is left waits for a message; one that comes at this moment is delivered to others.
      for (const { consumer } of pollers) consumer.abortController.abort();
    },
  };
}

/** Polls for one message after the other. */
function createPoller(
  { sqs, queueUrl, work, logger }: BroadcastConsumerOptions,
  isStopping: () => boolean,
): { consumer: Consumer; inHand: () => Promise<unknown> } {
  let ended = Promise.withResolvers<undefined>();
  ended.resolve(undefined);
  const consumer = Consumer.create({
    sqs,
    queueUrl,
    waitTimeSeconds: LONG_POLL_S,
    visibilityTimeout: VISIBILITY_TIMEOUT_S,
    heartbeatInterval: HEARTBEAT_S,
    authenticationErrorTimeout: AFTER_REFUSAL_MS,
    handleMessage: async (received) => {
      await work(received.Body ?? '');
      return received;
    },
  });
  consumer.on('message_received', () => (ended = Promise.withResolvers()));
  consumer.on('message_processed', () => ended.resolve(undefined));
  consumer.on('processing_error', (error, { MessageId }) => {
    ended.resolve(undefined);
    logger.error(
      { err: error, messageId: MessageId },
      'broadcast not delivered, will be tried again',
    );
  });
  consumer.on('error', (error) => {
    ended.resolve(undefined);
    if (!isStopping()) logger.error({ err: error }, 'broadcast queue not reached');
  });
  return { consumer, inHand: () => ended.promise };
}

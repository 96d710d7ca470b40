import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Logger } from 'pino';
import { Consumer } from 'sqs-consumer';
import { VISIBILITY_TIMEOUT_S } from './broadcast-queue.ts';
import type { DeliverBroadcast } from './deliver-broadcast.ts';

export interface BroadcastConsumerOptions {
  sqs: SQSClient;
  queueUrl: string;
  work: DeliverBroadcast;
  logger: Pick<Logger, 'error'>;
  /** A message in hand is hidden anew this often, so that only a dead worker's becomes visible. */
  heartbeatSeconds?: number;
  /** How long it waits before it asks a queue again that it could not reach. */
  afterFailure?: Pauses;
  /** The length of such a pause in ms, after so many failures in a row (from 1 on): as all who try again have it. */
  retryPauseMs: (failures: number, pauses: Pauses, random: () => number) => number;
  /** 0 ≤ x < 1. */
  random: () => number;
}

/** Of the pauses that grow: the longest that the first can be, and that any can be, in ms. */
interface Pauses {
  baseMs: number;
  maxMs: number;
}

export interface BroadcastConsumer {
  /** Takes no more messages; resolves when those in hand are done and deleted. */
  stop(): Promise<void>;
}

/** Shards that one process works at once; they share its posts in flight. */
const CONCURRENCY = 4;
/** The longest that SQS lets a call wait for a message. */
const LONG_POLL_S = 20;
const AFTER_FAILURE: Pauses = { baseMs: 2_000, maxMs: 30_000 };

/**
 * Works the broadcast queue from a process that stays, on ECS or the laptop, as an event source
 * mapping does for Lambda. A message whose work fails is tried again when it becomes visible.
 */
export function startBroadcastConsumer(options: BroadcastConsumerOptions): BroadcastConsumer {
  const stops = Array.from({ length: CONCURRENCY }, () => startPoller(options));
  return {
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

/** Polls for one message after the other, until it is stopped. */
function startPoller({
  sqs,
  queueUrl,
  work,
  logger,
  heartbeatSeconds = VISIBILITY_TIMEOUT_S / 3,
  afterFailure = AFTER_FAILURE,
  retryPauseMs,
  random,
}: BroadcastConsumerOptions): () => Promise<void> {
  let isStopping = false;
  let isWorking = false;
  let failures = 0;
  /** Until the message in hand is deleted or left for another try. */
  let inHand: PromiseWithResolvers<undefined> | undefined;
  const consumer = Consumer.create({
    sqs,
    queueUrl,
    waitTimeSeconds: LONG_POLL_S,
    visibilityTimeout: VISIBILITY_TIMEOUT_S,
    heartbeatInterval: heartbeatSeconds,
    // Its own pause where it is refused is always the same: the longest, then.
    authenticationErrorTimeout: afterFailure.maxMs,
    handleMessage: async (received) => {
      isWorking = true;
      try {
        await work(received.Body ?? '');
      } finally {
        isWorking = false;
      }
      return received;
    },
  });
  const putDown = () => {
    inHand?.resolve(undefined);
    inHand = undefined;
  };
  consumer.on('message_received', () => {
    inHand = Promise.withResolvers();
  });
  consumer.on('message_processed', putDown);
  consumer.on('processing_error', (error, { MessageId: messageId }) => {
    putDown();
    logger.error({ err: error, messageId }, 'broadcast not delivered, will be tried again');
  });
  const hasAnswered = () => {
    failures = 0;
    consumer.updateOption('pollingWaitTimeMs', 0);
  };
  consumer.on('response_processed', hasAnswered);
  consumer.on('empty', hasAnswered);
  consumer.on('error', (error) => {
    // A heartbeat that fails leaves the work going on; else it was a poll, or the deletion at the end.
    if (!isWorking) putDown();
    // The library pauses by itself only where it is refused, not where nobody answers.
    failures += 1;
    consumer.updateOption('pollingWaitTimeMs', retryPauseMs(failures, afterFailure, random));
    if (!isStopping) logger.error({ err: error }, 'a call to the broadcast queue failed');
  });
  consumer.start();

  return async () => {
    isStopping = true;
    // A message that SQS hands over at this moment is delivered to others when it becomes visible.
    consumer.stop({ abort: inHand === undefined });
    await inHand?.promise;
  };
}

import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';
import { onTestFinished } from 'vitest';
import type { BroadcastConsumerOptions } from '../broadcast/broadcast-consumer.ts';
import { retryPauseMs } from '@ordercast/platform/retry-pause.ts';
import { startBroadcastConsumer } from '../broadcast/broadcast-consumer.ts';
import { SqsBroadcastQueue } from '../broadcast/broadcast-queue.ts';
import type { RealtimeSettings } from '../realtime.ts';
import type { RunningDynamoDb } from './running-dynamodb.ts';
import { startFauxqs } from './running-sqs.ts';
import type { RunningSqs } from './running-sqs.ts';
import { ProtocolClient, serve, startTestBed } from './running-realtime.ts';
import { testPolicy } from './test-policy.ts';

export const BROADCAST_CHANNEL = 'announcements';
export const BROADCAST_SHARDS = 4;
const HOUR_MS = 3_600_000;
/** Posts that take their time, of which none is given up. */
export const UNHURRIED = {
  postsPerSecond: 20,
  postsBurst: 1,
  lateAfterMs: HOUR_MS,
  deadlineMs: HOUR_MS,
};

/** What broadcasts need around them, each the real thing, for the specs of one file; over dynalite and fauxqs unless told otherwise. */
export async function startBroadcastBed(standIns?: { dynamo: RunningDynamoDb; sqs: RunningSqs }) {
  const [{ dynamo, pool, realtime: build }, sqs] = await Promise.all([
    startTestBed(standIns?.dynamo),
    standIns?.sqs ?? startFauxqs(),
  ]);
  const { token } = pool;

  /** A core whose broadcasts go through queues of its own. */
  async function makeBed({ sqsPort }: { sqsPort?: number } = {}) {
    const queues = await sqs.freshQueues();
    const tablePrefix = await dynamo.freshTables();
    const errors: unknown[] = [];
    const warnings: unknown[] = [];
    const logger = {
      info: () => undefined,
      warn: (...line: unknown[]) => void warnings.push(line),
      error: (...line: unknown[]) => void errors.push(line),
    };
    const queue = new SqsBroadcastQueue(sqs.connect(sqsPort), queues.queueUrl);
    const another = (changed: Partial<RealtimeSettings> = {}) =>
      build({
        tablePrefix,
        broadcasts: { queue, channels: [BROADCAST_CHANNEL] },
        policy: testPolicy(BROADCAST_SHARDS),
        dynamo: dynamo.connect(),
        logger,
        ...changed,
      });
    const realtime = await another();
    const { url } = await serve(realtime);
    const startWorker = (
      work = realtime.deliverBroadcast,
      changed: Partial<BroadcastConsumerOptions> = {},
    ) => {
      const worker = startBroadcastConsumer({
        sqs: sqs.connect(),
        queueUrl: queues.queueUrl,
        work,
        retryPauseMs,
        random: seededRandom(1),
        logger,
        ...changed,
      });
      // Not waited for: a test that failed may have left it with work that never ends.
      onTestFinished(() => void worker.stop());
      return worker;
    };
    /** Its work goes on until it is released. */
    const startHeldWorker = () => {
      const taken: string[] = [];
      const held = Promise.withResolvers<undefined>();
      const worker = startWorker(async (body) => {
        taken.push(body);
        await held.promise;
      });
      return { worker, taken, release: () => held.resolve(undefined) };
    };
    const subscribers = async (count: number) =>
      Promise.all(
        Array.from({ length: count }, async () => {
          const client = await ProtocolClient.open(url, token('ada'));
          await client.subscribe(BROADCAST_CHANNEL);
          return client;
        }),
      );
    return {
      queue,
      ...queues,
      realtime,
      another,
      url,
      startWorker,
      startHeldWorker,
      subscribers,
      errors,
      warnings,
    };
  }

  /** Takes what waits in a queue, as a worker does. */
  async function take(queueUrl: string, options: { hiddenSeconds: number }) {
    const { Messages = [] } = await sqs.client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: options.hiddenSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
    );
    return Messages;
  }

  return { makeBed, take, sqs, token };
}

export type BroadcastBed = Awaited<ReturnType<typeof startBroadcastBed>>;

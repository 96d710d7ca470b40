import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFaultProxy } from '../testing/fault-proxy.ts';
import { testPolicy } from '../testing/test-policy.ts';
import type { RealtimeSettings } from '../realtime.ts';
import {
  anEvent,
  ProtocolClient,
  serve,
  someEvents,
  startTestBed,
} from '../testing/running-realtime.ts';
import type { BroadcastConsumerOptions } from './broadcast-consumer.ts';
import { startBroadcastConsumer } from './broadcast-consumer.ts';
import { SqsBroadcastQueue } from './broadcast-queue.ts';
import { startFauxqs } from '../testing/running-fauxqs.ts';

const CHANNEL = 'announcements';
const SHARDS = 4;
const PATIENT = { timeout: 30_000 };
/** A turn comes so late that whoever took the wait for a failure would have given up. */
const UNHURRIED = { postsPerSecond: 20, postsBurst: 1, lateAfterMs: 500 };

const [{ dynalite, pool, realtime: build }, fauxqs] = await Promise.all([
  startTestBed(),
  startFauxqs(),
]);
const { token } = pool;

/** A core whose broadcasts go through queues of its own. */
async function makeBed({ sqsPort }: { sqsPort?: number } = {}) {
  const queues = await fauxqs.freshQueues();
  const tablePrefix = await dynalite.freshTables();
  const errors: unknown[] = [];
  const warnings: unknown[] = [];
  const logger = {
    info: () => undefined,
    warn: (...line: unknown[]) => void warnings.push(line),
    error: (...line: unknown[]) => void errors.push(line),
  };
  const queue = new SqsBroadcastQueue(fauxqs.connect(sqsPort), queues.queueUrl);
  const another = (changed: Partial<RealtimeSettings> = {}) =>
    build({
      tablePrefix,
      broadcasts: { queue, channels: [CHANNEL] },
      policy: testPolicy(SHARDS),
      dynamo: dynalite.connect(),
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
      sqs: fauxqs.connect(),
      queueUrl: queues.queueUrl,
      work,
      logger,
      ...changed,
    });
    onTestFinished(() => worker.stop());
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
        await client.subscribe(CHANNEL);
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

async function take(queueUrl: string, options: { hiddenSeconds: number }) {
  const { Messages = [] } = await fauxqs.client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: options.hiddenSeconds,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  );
  return Messages;
}

describe('a broadcast', () => {
  it('is queued as one message a shard, which the publisher does not wait for', async () => {
    const { realtime, queueUrl, subscribers } = await makeBed();
    const [client] = await subscribers(1);
    await realtime.publish(CHANNEL, someEvents(3));
    expect(await fauxqs.depth(queueUrl)).toEqual({ waiting: SHARDS, inHand: 0 });
    const bodies = (await take(queueUrl, { hiddenSeconds: 30 })).map(({ Body }) => Body ?? '');
    const { epoch } = await realtime.log.head(CHANNEL);
    expect(bodies.map((body): unknown => JSON.parse(body))).toEqual(
      [0, 1, 2, 3].map((shard) => ({ channel: CHANNEL, epoch, from: 1, to: 3, shard })),
    );
    // Nobody has worked: the next frame is the answer to a ping.
    expect(await client?.ask({ action: 'ping', id: 'p' })).toMatchObject({
      type: 'pong',
      positions: { [CHANNEL]: `${epoch}.3` },
    });
  });

  it('reaches every subscriber once, through several workers', async () => {
    const { startWorker, another, subscribers, realtime, queueUrl } = await makeBed();
    startWorker();
    startWorker((await another()).deliverBroadcast);
    const clients = await subscribers(40);
    for (const event of someEvents(5)) await realtime.publish(CHANNEL, [event]);
    for (const client of clients) {
      const { ids, seqs } = await client.events(5);
      // On the wire frames may overtake each other; the numbers say where they belong.
      expect(seqs.toSorted()).toEqual([1, 2, 3, 4, 5]);
      expect(ids.toSorted()).toEqual(someEvents(5).map(({ id }) => id));
      expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
    }
    await expect.poll(() => fauxqs.depth(queueUrl), PATIENT).toEqual({ waiting: 0, inHand: 0 });
  });

  it('is fanned out by another worker where one dies with it in hand', async () => {
    const { startWorker, subscribers, realtime, queueUrl } = await makeBed();
    const [client] = await subscribers(1);
    await realtime.publish(CHANNEL, [anEvent('e1')]);
    // Somebody takes them and is never heard of again.
    expect(await take(queueUrl, { hiddenSeconds: 2 })).toHaveLength(SHARDS);
    startWorker();
    expect(await client?.events(1)).toEqual({ ids: ['e1'], seqs: [1] });
  });

  it('carries what its message names, not what came later', async () => {
    const { subscribers, realtime, queueUrl } = await makeBed();
    const [client] = await subscribers(1);
    await realtime.publish(CHANNEL, someEvents(2));
    const first = await take(queueUrl, { hiddenSeconds: 30 });
    await realtime.publish(CHANNEL, someEvents(3, 'later'));
    for (const { Body = '' } of first) await realtime.deliverBroadcast(Body);
    expect((await client?.events(2))?.ids).toEqual(['e1', 'e2']);
    expect(await client?.ask({ action: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
  });

  it('is published again where the queue did not take it, and reaches everybody once', async () => {
    const proxy = await startFaultProxy(fauxqs.port);
    const { startWorker, subscribers, realtime } = await makeBed({ sqsPort: proxy.port });
    startWorker();
    const [client] = await subscribers(1);
    proxy.decide(() => 'refuse');
    await expect(realtime.publish(CHANNEL, [anEvent('e1')])).rejects.toThrow();
    proxy.decide(() => 'pass');
    await realtime.publish(CHANNEL, [anEvent('e1')]);
    expect(await client?.events(1)).toEqual({ ids: ['e1'], seqs: [1] });
    expect((await realtime.log.head(CHANNEL)).seq).toBe(1);
  });

  it('that comes later than the log keeps it is dropped, and logged', async () => {
    const { realtime, warnings } = await makeBed();
    const message = { channel: CHANNEL, shard: 0, epoch: 'another', from: 1, to: 1 };
    await realtime.deliverBroadcast(JSON.stringify(message));
    expect(JSON.stringify(warnings)).toContain('broadcast too late');
  });

  it('is what the settings make one, with the shards of that channel', async () => {
    const { url, queue, queueUrl, another, startWorker } = await makeBed();
    const realtime = await another({ broadcasts: { queue, channels: ['orders'] } });
    const client = await ProtocolClient.open(url, token('sam', { 'cognito:groups': ['staff'] }));
    await client.subscribe('orders');
    await realtime.publish('orders', [anEvent('e1')]);
    expect(await fauxqs.depth(queueUrl)).toEqual({ waiting: 2, inHand: 0 });
    startWorker();
    expect((await client.events(1)).ids).toEqual(['e1']);
  });

  it('of another channel goes through no queue', async () => {
    const { realtime, url, queueUrl } = await makeBed();
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    await realtime.publish('user/ada', [anEvent('e1')]);
    expect((await client.events(1)).ids).toEqual(['e1']);
    expect(await fauxqs.depth(queueUrl)).toEqual({ waiting: 0, inHand: 0 });
  });
});

describe('a worker', () => {
  it('that stops finishes and deletes what it has in hand, and leaves the rest', async () => {
    const { startHeldWorker, realtime, queueUrl } = await makeBed();
    const { worker, taken, release } = startHeldWorker();
    await realtime.publish(CHANNEL, [anEvent('e1')]);
    await expect.poll(() => taken.length, PATIENT).toBe(SHARDS);
    await realtime.publish(CHANNEL, [anEvent('e2')]);
    const stopped = worker.stop();
    release();
    await stopped;
    expect(taken).toHaveLength(SHARDS);
    expect(await fauxqs.depth(queueUrl)).toEqual({ waiting: SHARDS, inHand: 0 });
  });

  it('that stops has posted to everybody of what it has in hand, slow as its rate may be', async () => {
    const { startWorker, realtime, another, subscribers, queueUrl } = await makeBed();
    const clients = await subscribers(40);
    await realtime.publish(CHANNEL, [anEvent('e1')]);
    const unhurried = await another({ senderLimits: UNHURRIED });
    const taken: string[] = [];
    const worker = startWorker((body) => {
      taken.push(body);
      return unhurried.deliverBroadcast(body);
    });
    await expect.poll(() => taken.length, PATIENT).toBe(SHARDS);
    await worker.stop();
    // As if the process had ended: no post goes out any more.
    unhurried.destroy();
    for (const client of clients) expect((await client.events(1)).ids).toEqual(['e1']);
    expect(await fauxqs.depth(queueUrl)).toEqual({ waiting: 0, inHand: 0 });
  });

  it('that stops takes nothing more, though some of it only wait for messages', async () => {
    const { startHeldWorker, realtime, queueUrl } = await makeBed();
    const { worker, taken, release } = startHeldWorker();
    await fauxqs.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'one' }));
    await expect.poll(() => taken.length, PATIENT).toBe(1);
    const stopped = worker.stop();
    await realtime.publish(CHANNEL, [anEvent('e1')]);
    release();
    await stopped;
    expect(taken).toEqual(['one']);
    // The stand-in may have handed some to polls that were given up: they come back to others.
    const { waiting, inHand } = await fauxqs.depth(queueUrl);
    expect(waiting + inHand).toBe(SHARDS);
  });

  it('whose heartbeat fails ends its work all the same before it stops', async () => {
    const proxy = await startFaultProxy(fauxqs.port);
    const beats: string[] = [];
    proxy.decide(({ operation }) => {
      if (operation !== 'ChangeMessageVisibility') return 'pass';
      beats.push(operation);
      return 'refuse';
    });
    const { queueUrl, errors, startWorker } = await makeBed();
    const held = Promise.withResolvers<undefined>();
    let ended = false;
    const worker = startWorker(
      async () => {
        await held.promise;
        ended = true;
      },
      { sqs: fauxqs.connect(proxy.port), heartbeatSeconds: 1 },
    );
    await fauxqs.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'one' }));
    await expect.poll(() => JSON.stringify(errors), PATIENT).toContain('broadcast queue failed');
    expect(beats).not.toEqual([]);
    const stopped = worker.stop();
    held.resolve(undefined);
    await stopped;
    expect(ended).toBe(true);
    expect(await fauxqs.depth(queueUrl)).toEqual({ waiting: 0, inHand: 0 });
  });

  it('that cannot reach its queue asks now and then, and works when it can', async () => {
    const proxy = await startFaultProxy(fauxqs.port);
    proxy.decide(() => 'refuse');
    const { realtime, startWorker, errors, subscribers } = await makeBed();
    const [client] = await subscribers(1);
    const startedAt = performance.now();
    startWorker(realtime.deliverBroadcast, { sqs: fauxqs.connect(proxy.port) });
    await realtime.publish(CHANNEL, [anEvent('e1')]);
    // Each of four asks, asks once more, and pauses for two seconds before it asks again.
    await expect.poll(() => errors.length, PATIENT).toBeGreaterThanOrEqual(12);
    expect(performance.now() - startedAt).toBeGreaterThan(1_900);
    proxy.decide(() => 'pass');
    expect((await client?.events(1))?.ids).toEqual(['e1']);
  });

  it('that waits for messages stops at once', async () => {
    const { startWorker, errors } = await makeBed();
    const worker = startWorker();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await worker.stop();
    expect(errors).toEqual([]);
  });

  it('leaves a message that fails, which is put aside after ten tries', async () => {
    const { realtime, queueUrl, deadLetterUrl, errors } = await makeBed();
    const malformed = '{"channel":"announcements","shard":-1}';
    await fauxqs.client.send(
      new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: malformed }),
    );
    for (let tries = 0; tries < 10; tries += 1) {
      const messages = await take(queueUrl, { hiddenSeconds: 0 });
      expect(messages).toHaveLength(1);
      expect(await realtime.broadcast(lambdaEvent(messages))).toEqual({
        batchItemFailures: [{ itemIdentifier: messages[0]?.MessageId }],
      });
    }
    expect(await take(queueUrl, { hiddenSeconds: 0 })).toEqual([]);
    const [dead] = await take(deadLetterUrl, { hiddenSeconds: 0 });
    expect(dead?.Body).toBe(malformed);
    expect(JSON.stringify(errors)).toContain('will be tried again');
  });
});

describe('the Lambda handler', () => {
  it('answers when everybody has been posted to, slow as its rate may be', async () => {
    const { realtime, another, queueUrl, subscribers } = await makeBed();
    const clients = await subscribers(40);
    await realtime.publish(CHANNEL, [anEvent('e1')]);
    const unhurried = await another({ senderLimits: UNHURRIED });
    const messages = await take(queueUrl, { hiddenSeconds: 30 });
    expect(await unhurried.broadcast(lambdaEvent(messages))).toEqual({ batchItemFailures: [] });
    // As if the function were frozen.
    unhurried.destroy();
    for (const client of clients) expect((await client.events(1)).ids).toEqual(['e1']);
  });

  it('fans out what it can, and names only what must be tried again', async () => {
    const { realtime, queueUrl, subscribers } = await makeBed();
    const [client] = await subscribers(1);
    await realtime.publish(CHANNEL, [anEvent('e1')]);
    const messages = await take(queueUrl, { hiddenSeconds: 30 });
    const answer = await realtime.broadcast(
      lambdaEvent([...messages, { MessageId: 'bad', Body: 'no JSON' }]),
    );
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
    expect((await client?.events(1))?.ids).toEqual(['e1']);
  });
});

function lambdaEvent(messages: readonly { MessageId?: string; Body?: string }[]) {
  return { Records: messages.map(({ MessageId, Body }) => ({ messageId: MessageId, body: Body })) };
}

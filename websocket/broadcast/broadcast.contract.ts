import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { startFaultProxy } from '../testing/fault-proxy.ts';
import { BROADCAST_CHANNEL, BROADCAST_SHARDS, UNHURRIED } from '../testing/running-broadcast.ts';
import type { BroadcastBed } from '../testing/running-broadcast.ts';
import { anEvent, ProtocolClient, someEvents } from '../testing/running-realtime.ts';

/** What broadcasts promise, over the queues and tables of the bed. */
export function describeBroadcasts(bed: BroadcastBed): void {
  const { makeBed, take, sqs, token } = bed;

  describe('a broadcast', () => {
    it('is queued as one message a shard, which the publisher does not wait for', async () => {
      const { realtime, queueUrl, subscribers } = await makeBed();
      const [client] = await subscribers(1);
      await realtime.publish(BROADCAST_CHANNEL, someEvents(3));
      expect(await sqs.depth(queueUrl)).toEqual({ waiting: BROADCAST_SHARDS, inHand: 0 });
      const bodies = (await take(queueUrl, { hiddenSeconds: 30 })).map(({ Body }) => Body ?? '');
      const { epoch } = await realtime.log.head(BROADCAST_CHANNEL);
      expect(bodies.map((body): unknown => JSON.parse(body))).toEqual(
        [0, 1, 2, 3].map((shard) => ({ channel: BROADCAST_CHANNEL, epoch, from: 1, to: 3, shard })),
      );
      // Nobody has worked: the next frame is the answer to a ping.
      expect(await client?.ask({ action: 'ping', id: 'p' })).toMatchObject({
        type: 'pong',
        positions: { [BROADCAST_CHANNEL]: `${epoch}.3` },
      });
    });

    it('reaches every subscriber once, through several workers', async () => {
      const { startWorker, another, subscribers, realtime, queueUrl } = await makeBed();
      startWorker();
      startWorker((await another()).deliverBroadcast);
      const clients = await subscribers(40);
      for (const event of someEvents(5)) await realtime.publish(BROADCAST_CHANNEL, [event]);
      for (const client of clients) {
        const { ids, seqs } = await client.events(5);
        // On the wire frames may overtake each other; the numbers say where they belong.
        expect(seqs.toSorted()).toEqual([1, 2, 3, 4, 5]);
        expect(ids.toSorted()).toEqual(someEvents(5).map(({ id }) => id));
        expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
      }
      await expect.poll(() => sqs.depth(queueUrl)).toEqual({ waiting: 0, inHand: 0 });
    });

    it('is fanned out by another worker where one dies with it in hand', async () => {
      const { startWorker, subscribers, realtime, queueUrl } = await makeBed();
      const [client] = await subscribers(1);
      await realtime.publish(BROADCAST_CHANNEL, [anEvent('e1')]);
      // Somebody takes them and is never heard of again.
      expect(await take(queueUrl, { hiddenSeconds: 2 })).toHaveLength(BROADCAST_SHARDS);
      startWorker();
      expect(await client?.events(1)).toEqual({ ids: ['e1'], seqs: [1] });
    });

    it('carries what its message names, not what came later', async () => {
      const { subscribers, realtime, queueUrl } = await makeBed();
      const [client] = await subscribers(1);
      await realtime.publish(BROADCAST_CHANNEL, someEvents(2));
      const first = await take(queueUrl, { hiddenSeconds: 30 });
      await realtime.publish(BROADCAST_CHANNEL, someEvents(3, 'later'));
      for (const { Body = '' } of first) await realtime.deliverBroadcast(Body);
      expect((await client?.events(2))?.ids).toEqual(['e1', 'e2']);
      expect(await client?.ask({ action: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
    });

    it('is published again where the queue did not take it, and reaches everybody once', async () => {
      const proxy = await startFaultProxy(sqs.port);
      const { startWorker, subscribers, realtime } = await makeBed({ sqsPort: proxy.port });
      startWorker();
      const [client] = await subscribers(1);
      proxy.decide(() => 'refuse');
      await expect(realtime.publish(BROADCAST_CHANNEL, [anEvent('e1')])).rejects.toThrow();
      proxy.decide(() => 'pass');
      await realtime.publish(BROADCAST_CHANNEL, [anEvent('e1')]);
      expect(await client?.events(1)).toEqual({ ids: ['e1'], seqs: [1] });
      expect((await realtime.log.head(BROADCAST_CHANNEL)).seq).toBe(1);
    });

    it('that comes later than the log keeps it is dropped, and logged', async () => {
      const { realtime, warnings } = await makeBed();
      const message = { channel: BROADCAST_CHANNEL, shard: 0, epoch: 'another', from: 1, to: 1 };
      await realtime.deliverBroadcast(JSON.stringify(message));
      expect(JSON.stringify(warnings)).toContain('broadcast too late');
    });

    it('is what the settings make one, with the shards of that channel', async () => {
      const { url, queue, queueUrl, another, startWorker } = await makeBed();
      const realtime = await another({ broadcasts: { queue, channels: ['orders'] } });
      const client = await ProtocolClient.open(url, token('sam', { 'cognito:groups': ['staff'] }));
      await client.subscribe('orders');
      await realtime.publish('orders', [anEvent('e1')]);
      expect(await sqs.depth(queueUrl)).toEqual({ waiting: 2, inHand: 0 });
      startWorker();
      expect((await client.events(1)).ids).toEqual(['e1']);
    });

    it('of another channel goes through no queue', async () => {
      const { realtime, url, queueUrl } = await makeBed();
      const client = await ProtocolClient.open(url, token('ada'));
      await client.subscribe('user/ada');
      await realtime.publish('user/ada', [anEvent('e1')]);
      expect((await client.events(1)).ids).toEqual(['e1']);
      expect(await sqs.depth(queueUrl)).toEqual({ waiting: 0, inHand: 0 });
    });
  });

  describe('the Lambda handler', () => {
    it('leaves a message that fails, which is put aside after ten tries', async () => {
      const { realtime, queueUrl, deadLetterUrl, errors } = await makeBed();
      const malformed = '{"channel":"announcements","shard":-1}';
      await sqs.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: malformed }));
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

    it('answers when everybody has been posted to, slow as its rate may be', async () => {
      const { realtime, another, queueUrl, subscribers } = await makeBed();
      const clients = await subscribers(40);
      await realtime.publish(BROADCAST_CHANNEL, [anEvent('e1')]);
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
      await realtime.publish(BROADCAST_CHANNEL, [anEvent('e1')]);
      const messages = await take(queueUrl, { hiddenSeconds: 30 });
      const answer = await realtime.broadcast(
        lambdaEvent([...messages, { MessageId: 'bad', Body: 'no JSON' }]),
      );
      expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
      expect((await client?.events(1))?.ids).toEqual(['e1']);
    });
  });
}

function lambdaEvent(messages: readonly { MessageId?: string; Body?: string }[]) {
  return { Records: messages.map(({ MessageId, Body }) => ({ messageId: MessageId, body: Body })) };
}

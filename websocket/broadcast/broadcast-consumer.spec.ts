import { setImmediate } from 'node:timers/promises';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Fate, SeenRequest } from '../testing/fault-proxy.ts';
import { startFaultProxy } from '../testing/fault-proxy.ts';
import {
  BROADCAST_CHANNEL,
  BROADCAST_SHARDS,
  startBroadcastBed,
  UNHURRIED,
} from '../testing/running-broadcast.ts';
import { anEvent } from '../testing/running-realtime.ts';
import type { BroadcastConsumerOptions } from './broadcast-consumer.ts';
import { queueDepth } from './broadcast-queue.ts';
import type { DeliverBroadcast } from './deliver-broadcast.ts';

const { makeBed, sqs: fauxqs } = await startBroadcastBed();

/** Calls through the same proxy, in whose time whoever asks again and again would be noticed. */
const MANY = 30;

const isDeletion = ({ operation }: SeenRequest) => operation === 'DeleteMessage';

const takeInto = (taken: string[]) => (body: string) => {
  taken.push(body);
  return Promise.resolve();
};

async function hasSettled(work: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), setImmediate(false)]);
}

/** A worker's queue behind a proxy, through which every call is tried once. */
async function makeProxiedBed() {
  const proxy = await startFaultProxy(fauxqs.port);
  const { queueUrl, errors, startWorker } = await makeBed();
  const sqs = new SQSClient({
    ...standIn(`http://127.0.0.1:${proxy.port}`),
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
  });
  onTestFinished(() => sqs.destroy());
  return {
    queueUrl,
    errors,
    proxy,
    startWorker: (work: DeliverBroadcast, changed: Partial<BroadcastConsumerOptions> = {}) =>
      startWorker(work, { sqs, ...changed }),
    send: (MessageBody: string) =>
      fauxqs.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody })),
    ask: () => queueDepth(sqs, queueUrl),
    /** Polls wait at the proxy until they are released; `after` so many that pass. */
    startHeldPolls: ({ after = 0 } = {}) => {
      const released = Promise.withResolvers<Fate>();
      let polls = 0;
      proxy.decide(({ operation }) => {
        if (operation !== 'ReceiveMessage') return 'pass';
        polls += 1;
        return polls <= after ? 'pass' : released.promise;
      });
      return { count: () => polls - after, release: () => released.resolve('pass') };
    },
  };
}

describe('a worker', () => {
  it('that stops finishes and deletes what it has in hand, and leaves the rest', async () => {
    const { startHeldWorker, realtime, queueUrl } = await makeBed();
    const { worker, taken, release } = startHeldWorker();
    await realtime.publish(BROADCAST_CHANNEL, [anEvent('e1')]);
    await expect.poll(() => taken.length).toBe(BROADCAST_SHARDS);
    await realtime.publish(BROADCAST_CHANNEL, [anEvent('e2')]);
    const stopped = worker.stop();
    release();
    await stopped;
    expect(taken).toHaveLength(BROADCAST_SHARDS);
    expect(await fauxqs.depth(queueUrl)).toEqual({ waiting: BROADCAST_SHARDS, inHand: 0 });
  });

  it('that stops has posted to everybody of what it has in hand, slow as its rate may be', async () => {
    const { startWorker, realtime, another, subscribers, queueUrl } = await makeBed();
    const clients = await subscribers(40);
    await realtime.publish(BROADCAST_CHANNEL, [anEvent('e1')]);
    const unhurried = await another({ senderLimits: UNHURRIED });
    const taken: string[] = [];
    const worker = startWorker((body) => {
      taken.push(body);
      return unhurried.deliverBroadcast(body);
    });
    await expect.poll(() => taken.length).toBe(BROADCAST_SHARDS);
    await worker.stop();
    // As if the process had ended: no post goes out any more.
    unhurried.destroy();
    for (const client of clients) expect((await client.events(1)).ids).toEqual(['e1']);
    expect(await fauxqs.depth(queueUrl)).toEqual({ waiting: 0, inHand: 0 });
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
    await expect.poll(() => JSON.stringify(errors)).toContain('broadcast queue failed');
    expect(beats).not.toEqual([]);
    const stopped = worker.stop();
    held.resolve(undefined);
    await stopped;
    expect(ended).toBe(true);
    expect(await fauxqs.depth(queueUrl)).toEqual({ waiting: 0, inHand: 0 });
  });

  it('that waits for messages stops at once, and takes none that comes after', async () => {
    const { startHeldPolls, startWorker, send, errors, proxy } = await makeProxiedBed();
    const polls = startHeldPolls();
    const taken: string[] = [];
    const worker = startWorker(takeInto(taken));
    await expect.poll(() => polls.count()).toBe(4);
    await worker.stop();
    await send('one');
    polls.release();
    await expect.poll(() => proxy.givenUp() === 4 || taken.length > 0).toBe(true);
    expect(taken).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('that stops takes nothing more, though some of it only wait for messages', async () => {
    const { startHeldPolls, startWorker, send, queueUrl, proxy } = await makeProxiedBed();
    await send('one');
    const polls = startHeldPolls({ after: 1 });
    const taken: string[] = [];
    const held = Promise.withResolvers<undefined>();
    const worker = startWorker(async (body) => {
      taken.push(body);
      await held.promise;
    });
    await expect.poll(() => [polls.count(), taken.length]).toEqual([3, 1]);
    const stopped = worker.stop();
    await send('two');
    polls.release();
    await expect.poll(() => proxy.givenUp() === 3 || taken.length > 1).toBe(true);
    held.resolve(undefined);
    await stopped;
    expect(taken).toEqual(['one']);
    // The stand-in may have handed it to a poll that was given up: it comes back to others.
    const { waiting, inHand } = await fauxqs.depth(queueUrl);
    expect(waiting + inHand).toBe(1);
  });

  it('that stops while it deletes what it has done deletes it', async () => {
    const { startWorker, send, queueUrl, proxy } = await makeProxiedBed();
    const { asked, release } = proxy.hold(isDeletion);
    const worker = startWorker(takeInto([]));
    await send('one');
    await asked;
    const stopped = worker.stop();
    expect(await hasSettled(stopped)).toBe(false);
    release();
    await stopped;
    expect(await fauxqs.depth(queueUrl)).toEqual({ waiting: 0, inHand: 0 });
  });

  it('that stops waits for no deletion that has failed: the message comes again', async () => {
    const { startWorker, send, ask, queueUrl, proxy } = await makeProxiedBed();
    const deleting = Promise.withResolvers<undefined>();
    const fate = Promise.withResolvers<Fate>();
    proxy.decide((request) => {
      if (!isDeletion(request)) return 'pass';
      deleting.resolve(undefined);
      return fate.promise;
    });
    const worker = startWorker(takeInto([]));
    await send('one');
    await deleting.promise;
    const stopped = worker.stop();
    fate.resolve('refuse');
    for (let asked = 0; asked < MANY; asked += 1) await ask();
    expect(await hasSettled(stopped)).toBe(true);
    expect(await fauxqs.depth(queueUrl)).toEqual({ waiting: 0, inHand: 1 });
  });

  it('that cannot reach its queue does not ask again and again', async () => {
    const { startWorker, errors, ask, proxy } = await makeProxiedBed();
    proxy.decide(() => 'refuse');
    const worker = startWorker(takeInto([]), {
      afterFailure: { baseMs: 3_600_000, maxMs: 3_600_000 },
    });
    // Each of four asks, and asks once more before it pauses.
    await expect.poll(() => errors.length).toBeGreaterThanOrEqual(8);
    for (let asked = 0; asked < MANY; asked += 1) await expect(ask()).rejects.toThrow();
    expect(errors).toHaveLength(8);
    await worker.stop();
  });

  it('that could not reach its queue works when it can', async () => {
    const { startWorker, send, errors, proxy } = await makeProxiedBed();
    proxy.decide(() => 'refuse');
    const taken: string[] = [];
    startWorker(takeInto(taken), { afterFailure: { baseMs: 1, maxMs: 1 } });
    await send('one');
    await expect.poll(() => errors.length).toBeGreaterThanOrEqual(12);
    expect(taken).toEqual([]);
    proxy.decide(() => 'pass');
    await expect.poll(() => taken).toEqual(['one']);
  });
});

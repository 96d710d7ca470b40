import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { describe, expect, it } from 'vitest';
import type { Realtime } from '../realtime.ts';
import type { SeenRequest } from '../testing/fault-proxy.ts';
import {
  anEvent,
  channelsOf,
  ProtocolClient,
  serve,
  someEvents,
  startTestBed,
} from '../testing/running-realtime.ts';

const { pool, realtime: build, twoRealtimes } = await startTestBed();
const { token } = pool;

describe('subscribe', () => {
  it.each([
    ['another customer’s channel', 'grace', [], 'user/ada'],
    ['the staff’s channel as a customer', 'grace', [], 'orders'],
    ['the reports as a customer', 'grace', [], 'reports'],
    ['an unknown channel', 'sam', ['staff'], 'secrets'],
    ['nobody’s channel', 'sam', ['staff'], 'user/'],
    ['an inner channel', 'sam', ['staff'], 'subject~ada'],
    ['a customer’s channel as staff', 'sam', ['staff'], 'user/ada'],
    ['a name from the prototype', 'sam', ['staff'], 'constructor'],
  ])('refuses %s', async (_, sub, groups, channel) => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token(sub, { 'cognito:groups': groups }));
    expect(await client.ask({ action: 'subscribe', id: 'x', channel })).toMatchObject({
      type: 'error',
      id: 'x',
      channel,
      code: 'FORBIDDEN_CHANNEL',
    });
    expect(await channelsOf(realtime, sub)).toEqual([]);
    await realtime.publish(channel, [anEvent('secret')]);
    expect(await client.ask({ action: 'ping', id: 'p' })).toEqual({
      type: 'pong',
      id: 'p',
      positions: {},
    });
  });

  it.each([
    ['their own channel', 'ada', [], 'user/ada'],
    ['announcements', 'ada', [], 'announcements'],
    ['orders as staff', 'sam', ['staff'], 'orders'],
    ['reports as staff', 'sam', ['staff'], 'reports'],
  ])('allows %s', async (_, sub, groups, channel) => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token(sub, { 'cognito:groups': groups }));
    await client.subscribe(channel);
    await realtime.publish(channel, [anEvent('a')]);
    expect(await client.next()).toMatchObject({ type: 'events', channel, from: 1, to: 1 });
  });

  it('answers recovered:false, and replays nothing, for a position of another log', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    await realtime.publish('user/ada', someEvents(3));
    const client = await ProtocolClient.open(url, token('ada'));
    const { recovered, position } = await client.subscribe('user/ada', 'other.1');
    expect(recovered).toBe(false);
    expect(position).toMatch(/\.3$/);
    const beyond = await client.subscribe('user/ada', position.replace(/3$/, '4'));
    expect(beyond.recovered).toBe(false);
    expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
  });

  it('replays a large backlog in frames of at most 32 KB', async () => {
    const realtime = await build();
    const { url } = await serve(realtime, { frameBytes: 32 * 1024, messageBytes: 32 * 1024 });
    const reader = await ProtocolClient.open(url, token('ada'));
    const { position } = await reader.subscribe('user/ada');
    reader.socket.terminate();
    await realtime.publish('user/ada', someEvents(200, 'e', 1_000));
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada', position);
    const { ids } = await client.events(200);
    expect(ids).toEqual(someEvents(200).map(({ id }) => id));
  });

  it('misses nothing of what is published while it subscribes', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const scout = await ProtocolClient.open(url, token('ada'));
    const { position } = await scout.subscribe('user/ada');
    scout.socket.terminate();

    const count = 60;
    const publishing = (async () => {
      for (const event of someEvents(count)) await realtime.publish('user/ada', [event]);
    })();
    const clients = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const client = await ProtocolClient.open(url, token('ada'));
        client.send({ action: 'subscribe', id: 's', channel: 'user/ada', since: position });
        return client;
      }),
    );
    await publishing;
    for (const client of clients) {
      const seen = new Set<number>();
      while (seen.size < count) (await client.events(1)).seqs.forEach((seq) => seen.add(seq));
      expect([...seen].sort((a, b) => a - b)).toEqual(
        Array.from({ length: count }, (_, index) => index + 1),
      );
    }
  });

  it('refuses more subscriptions than a connection may hold', async () => {
    const realtime = await build({ maxSubscriptions: 1 });
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    const more = { action: 'subscribe', id: 'x', channel: 'announcements' };
    expect(await client.ask(more)).toMatchObject({
      code: 'TOO_MANY_SUBSCRIPTIONS',
      id: 'x',
      channel: 'announcements',
    });
    await client.subscribe('user/ada');
    await client.ask({ action: 'unsubscribe', id: 'u', channel: 'user/ada' });
    await client.subscribe('announcements');
  });
});

describe('while a subscription is made', () => {
  const isListed = ({ operation, body }: SeenRequest) =>
    operation === 'UpdateItem' && body.includes('ADD shards');
  const isPut = ({ operation, body }: SeenRequest) => operation === 'PutItem' && body.includes('#');

  it.each([
    ['listed', isListed],
    ['put', isPut],
  ])('and is not %s yet, the right to it is lost: it is refused and not made', async (_, held) => {
    const { realtime, other, proxy } = await twoRealtimes();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('sam', { 'cognito:groups': ['staff'] }));
    const { asked, release } = proxy.hold(held);
    client.send({ action: 'subscribe', id: 's', channel: 'orders' });
    await asked;
    const asCustomer = token('sam', { exp: Math.floor(realTimeMs() / 1000) + 5_000 });
    const authenticated = await client.ask({ action: 'authenticate', id: 'a', token: asCustomer });
    expect(authenticated).toMatchObject({ type: 'authenticated' });
    release();

    let answer = await client.next();
    // What was listed has been taken off, and said so.
    if (held === isPut) answer = await client.next();
    expect(answer).toMatchObject({ type: 'error', id: 's', code: 'FORBIDDEN_CHANNEL' });
    const { settled } = await other.publish('orders', [anEvent('secret')]);
    await settled;
    expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({ positions: {} });
    expect(await channelsOf(other, 'sam')).toEqual([]);
    for await (const page of other.registry.subscribers('orders')) expect(page).toEqual([]);
  });

  it('an event comes that nobody can deliver yet: it is in the replay', async () => {
    const { realtime, other, proxy } = await twoRealtimes();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    const { position } = await client.subscribe('user/ada');
    await client.ask({ action: 'unsubscribe', id: 'u', channel: 'user/ada' });
    const { asked, release } = proxy.hold(isPut);
    client.send({ action: 'subscribe', id: 's', channel: 'user/ada', since: position });
    await asked;
    await other.publish('user/ada', [anEvent('between')]);
    release();
    expect(await client.next()).toMatchObject({
      type: 'subscribed',
      position: position.replace(/0$/, '1'),
    });
    expect((await client.events(1)).ids).toEqual(['between']);
  });
});

describe('where the tables fail', () => {
  const isListed = ({ operation, body }: SeenRequest) =>
    operation === 'UpdateItem' && body.includes('ADD shards');
  const isPut = ({ operation, body }: SeenRequest) => operation === 'PutItem' && body.includes('#');
  const isLookedAt = ({ operation, body }: SeenRequest) =>
    operation === 'GetItem' && body.includes('connections');
  const isRead = ({ operation, body }: SeenRequest) =>
    operation === 'GetItem' && body.includes('channel-log');
  const isReplayed = ({ operation, body }: SeenRequest) =>
    operation === 'Query' && body.includes('#from > :seq');
  const internal = { type: 'error', id: 's', channel: 'user/ada', code: 'INTERNAL' };

  async function subscriberOf(realtime: Realtime) {
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    const { position } = await client.subscribe('user/ada');
    return { client, since: position };
  }

  it.each([
    ['is listed', isListed, 'fail'],
    ['is listed, which is done all the same', isListed, 'lose'],
    ['is put', isPut, 'fail'],
    ['is put, which is done all the same', isPut, 'lose'],
    ['is looked at again', isLookedAt, 'fail'],
    ['is read from its log', isRead, 'fail'],
  ] as const)('while a subscription %s, none stands after the error', async (_, fails, fate) => {
    const { realtime, other, proxy } = await twoRealtimes();
    const { client } = await subscriberOf(realtime);
    proxy.decide((request) => (fails(request) ? fate : 'pass'));
    const message = { action: 'subscribe', id: 's', channel: 'user/ada' };
    expect(await client.ask(message)).toMatchObject(internal);

    proxy.decide(() => 'pass');
    const { settled } = await other.publish('user/ada', [anEvent('unasked')]);
    await settled;
    expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({ positions: {} });
    for await (const page of other.registry.subscribers('user/ada')) expect(page).toEqual([]);
    expect(await client.ask(message)).toMatchObject({ type: 'subscribed' });
  });

  it('so that a failed subscription cannot be undone, the connection ends', async () => {
    const { realtime, proxy } = await twoRealtimes();
    const { client } = await subscriberOf(realtime);
    let isRefusing = false;
    proxy.decide((request) => {
      isRefusing ||= isRead(request);
      return isRefusing ? 'fail' : 'pass';
    });
    client.send({ action: 'subscribe', id: 's', channel: 'user/ada' });
    expect(await client.closed).toMatchObject({ code: 1000 });
  });

  it('in the middle of a replay, the one answer stays "subscribed"', async () => {
    const failed = Promise.withResolvers<unknown>();
    const quiet = () => undefined;
    const logger = { info: quiet, warn: quiet, error: failed.resolve };
    const { realtime, other, proxy } = await twoRealtimes({ logger });
    const { client, since } = await subscriberOf(realtime);
    await client.ask({ action: 'unsubscribe', id: 'u', channel: 'user/ada' });
    for (const event of someEvents(3)) await other.publish('user/ada', [event]);
    proxy.decide((request) => (isReplayed(request) ? 'fail' : 'pass'));
    client.send({ action: 'subscribe', id: 's', channel: 'user/ada', since });
    expect(await client.next()).toMatchObject({ type: 'subscribed', recovered: true });
    expect(await client.events(1)).toEqual({ ids: ['e1'], seqs: [1] });

    await failed.promise;
    proxy.decide(() => 'pass');
    // The subscription stands, and the next one brings the rest.
    await other.publish('user/ada', [anEvent('e4')]);
    expect(await client.next()).toMatchObject({ type: 'events', from: 4, to: 4 });
    await client.subscribe('user/ada', since.replace(/0$/, '1'));
    expect((await client.events(3)).seqs).toEqual([2, 3, 4]);
  });
});

describe('unsubscribe', () => {
  it('stops deliveries, and may be repeated', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    const message = { action: 'unsubscribe', id: 'u', channel: 'user/ada' };
    const answer = { type: 'unsubscribed', id: 'u', channel: 'user/ada' };
    expect(await client.ask(message)).toEqual(answer);
    expect(await client.ask(message)).toEqual(answer);
    await realtime.publish('user/ada', [anEvent('a')]);
    expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({ positions: {} });
  });
});

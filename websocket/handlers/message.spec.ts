import { describe, expect, it } from 'vitest';
import type { Realtime } from '../realtime.ts';
import {
  anEvent,
  ProtocolClient,
  serve,
  someEvents,
  startTestBed,
} from '../testing/running-realtime.ts';

const { dynalite, pool, realtime: build } = await startTestBed();
const { token } = pool;
const HOUR_MS = 3_600_000;

async function channelsOf(realtime: Realtime, sub: string): Promise<string[]> {
  const channels: string[] = [];
  for await (const page of realtime.registry.connections({ sub })) {
    channels.push(...page.flatMap((connection) => connection.channels));
  }
  return channels;
}

describe('a message', () => {
  it.each([
    ['not JSON', '{', { code: 'BAD_REQUEST', message: 'The message is not JSON.' }],
    ['an array', '[]', { code: 'BAD_REQUEST' }],
    ['null', 'null', { code: 'BAD_REQUEST' }],
    ['without an action', { id: 'x' }, { id: 'x', code: 'BAD_REQUEST' }],
    ['of another action', { action: 'dance', id: 'x' }, { id: 'x', code: 'UNKNOWN_ACTION' }],
    ['without an id', { action: 'ping' }, { code: 'BAD_REQUEST' }],
    ['whose id is a number', { action: 'ping', id: 1 }, { code: 'BAD_REQUEST' }],
    ['without a channel', { action: 'subscribe', id: 'x' }, { id: 'x', code: 'BAD_REQUEST' }],
    [
      'with an unknown field',
      { action: 'ping', id: 'x', extra: 1 },
      { id: 'x', code: 'BAD_REQUEST' },
    ],
    [
      'with a malformed position',
      { action: 'subscribe', id: 'x', channel: 'user/ada', since: 'yesterday' },
      { id: 'x', code: 'BAD_REQUEST' },
    ],
    [
      'with a position beyond all numbers',
      { action: 'subscribe', id: 'x', channel: 'user/ada', since: 'e.9999999999999999' },
      { id: 'x', code: 'BAD_REQUEST' },
    ],
  ])('%s is answered with an error and the connection stays', async (_, message, error) => {
    const { url } = await serve(await build());
    const client = await ProtocolClient.open(url, token('ada'));
    expect(await client.ask(message)).toMatchObject({ type: 'error', ...error });
    expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({ type: 'pong', id: 'p' });
  });

  it('that is wrong in one field is told which', async () => {
    const { url } = await serve(await build());
    const client = await ProtocolClient.open(url, token('ada'));
    const answer = await client.ask({ action: 'subscribe', id: 'x', channel: 7 });
    expect(answer.type === 'error' && answer.message).toMatch(/^channel: /);
  });

  it('beyond the budget of a minute is refused, and the next minute is free again', async () => {
    let ahead = 0;
    const { url } = await serve(
      await build({
        messagesPerMinute: 2,
        clock: () => Math.floor(Date.now() / HOUR_MS) * HOUR_MS + ahead,
      }),
    );
    const client = await ProtocolClient.open(url, token('ada', { exp: 9_999_999_999 }));
    const ping = { action: 'ping', id: 'p' };
    expect(await client.ask(ping)).toMatchObject({ type: 'pong' });
    expect(await client.ask(ping)).toMatchObject({ type: 'pong' });
    expect(await client.ask(ping)).toMatchObject({ type: 'error', id: 'p', code: 'RATE_LIMITED' });
    ahead = 60_000;
    expect(await client.ask(ping)).toMatchObject({ type: 'pong' });
  });

  it('that fails inside is answered INTERNAL with the request id, under which it is logged', async () => {
    const lines: unknown[] = [];
    const quiet = () => undefined;
    const logger = { info: quiet, warn: quiet, error: (line: unknown) => void lines.push(line) };
    const tablePrefix = await dynalite.freshTables();
    const realtime = await build({ tablePrefix, logger });
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    await dynalite.dropTable(`${tablePrefix}channel-log`);
    const answer = await client.ask({ action: 'ping', id: 'p' });
    expect(answer).toMatchObject({ type: 'error', id: 'p', code: 'INTERNAL' });
    const requestId = /request id is (\S+)\./.exec(JSON.stringify(answer))?.[1];
    expect(lines).toMatchObject([{ requestId }]);
    expect(JSON.stringify(answer)).not.toMatch(/ResourceNotFound|table/i);
  });

  it('of a connection that is not known here ends it, so that the client begins anew', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    for await (const page of realtime.registry.connections({ sub: 'ada' })) {
      for (const { connectionId } of page) await realtime.registry.remove(connectionId);
    }
    client.send({ action: 'ping', id: 'p' });
    await client.closed;
  });
});

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
    expect(await client.ask(more)).toMatchObject({ code: 'TOO_MANY_SUBSCRIPTIONS', id: 'x' });
    await client.subscribe('user/ada');
    await client.ask({ action: 'unsubscribe', id: 'u', channel: 'user/ada' });
    await client.subscribe('announcements');
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

describe('ping', () => {
  it('shows the position of each channel, so that a lost tail is seen', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('sam', { 'cognito:groups': ['staff'] }));
    const orders = await client.subscribe('orders');
    const own = await client.subscribe('user/sam');
    // Appended by a process that died before it could tell anybody.
    await realtime.log.append('orders', someEvents(2));
    expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({
      type: 'pong',
      positions: {
        orders: orders.position.replace(/0$/, '2'),
        'user/sam': own.position,
      },
    });
  });
});

describe('authenticate', () => {
  const now = () => Math.floor(Date.now() / 1000);

  it('extends the connection and its subscriptions', async () => {
    let ahead = 0;
    const realtime = await build({ clock: () => Date.now() + ahead });
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    const exp = now() + 3 * 3_600;
    const fresh = token('ada', { exp });
    expect(await client.ask({ action: 'authenticate', id: 'a', token: fresh })).toEqual({
      type: 'authenticated',
      id: 'a',
      expiresAt: new Date(exp * 1000).toISOString(),
    });
    ahead = 2 * HOUR_MS;
    await realtime.publish('user/ada', [anEvent('later')]);
    expect((await client.events(1)).ids).toEqual(['later']);
  });

  it.each([
    ['another subject’s token', () => token('grace')],
    ['an expired token', () => token('ada', { exp: now() - 60 })],
    ['an ID token', () => token('ada', { token_use: 'id' })],
    ['no token', () => 'x'],
  ])('refuses %s and leaves the connection as it was', async (_, make) => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    expect(await client.ask({ action: 'authenticate', id: 'a', token: make() })).toMatchObject({
      type: 'error',
      id: 'a',
      code: 'TOKEN_INVALID',
    });
    await realtime.publish('user/ada', [anEvent('still')]);
    expect((await client.events(1)).ids).toEqual(['still']);
    const grace = { action: 'subscribe', id: 'g', channel: 'user/grace' };
    expect(await client.ask(grace)).toMatchObject({ code: 'FORBIDDEN_CHANNEL' });
  });

  it('gives the rights of new groups, and takes those of lost ones', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('sam'));
    const orders = { action: 'subscribe', id: 'o', channel: 'orders' };
    expect(await client.ask(orders)).toMatchObject({ code: 'FORBIDDEN_CHANNEL' });

    const asStaff = token('sam', { exp: now() + 4_000, 'cognito:groups': ['staff'] });
    await client.ask({ action: 'authenticate', id: 'a', token: asStaff });
    await client.subscribe('orders');

    const asCustomer = token('sam', { exp: now() + 5_000 });
    expect(await client.ask({ action: 'authenticate', id: 'b', token: asCustomer })).toMatchObject({
      type: 'authenticated',
    });
    expect(await client.next()).toMatchObject({ type: 'error', code: 'FORBIDDEN_CHANNEL' });
    await realtime.publish('orders', [anEvent('secret')]);
    expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({ positions: {} });
  });
});

describe('a token that expires on a live connection', () => {
  async function expiring() {
    let ahead = 0;
    const realtime = await build({ clock: () => Date.now() + ahead });
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    ahead = HOUR_MS + 1_000;
    return { realtime, client };
  }

  async function expectClosing(realtime: Realtime, client: ProtocolClient): Promise<void> {
    expect(await client.next()).toMatchObject({ type: 'closing', reason: 'token_expired' });
    await client.closed;
    await expect.poll(() => channelsOf(realtime, 'ada'), { timeout: 20_000 }).toEqual([]);
  }

  it('ends its deliveries: fan-out closes the connection instead', async () => {
    const { realtime, client } = await expiring();
    await realtime.publish('user/ada', [anEvent('too late')]);
    await expectClosing(realtime, client);
  });

  it('is noticed by a ping', async () => {
    const { realtime, client } = await expiring();
    client.send({ action: 'ping', id: 'p' });
    await expectClosing(realtime, client);
  });

  it('is noticed by the reaper', async () => {
    const { realtime, client } = await expiring();
    expect(await realtime.reap()).toBe(1);
    await expectClosing(realtime, client);
    expect(await realtime.reap()).toBe(0);
  });
});

describe('closing connections', () => {
  it('of one subject leaves those of others', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const [first, second, other] = await Promise.all([
      ProtocolClient.open(url, token('ada')),
      ProtocolClient.open(url, token('ada')),
      ProtocolClient.open(url, token('grace')),
    ]);
    await other.subscribe('user/grace');
    await realtime.closeConnections('signed_out', { sub: 'ada' });
    for (const client of [first, second]) {
      expect(await client.next()).toMatchObject({ type: 'closing', reason: 'signed_out' });
      await client.closed;
    }
    await realtime.publish('user/grace', [anEvent('a')]);
    expect((await other.events(1)).ids).toEqual(['a']);
  });

  it('all of them warns each and spreads their return', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const clients = await Promise.all(
      ['a', 'b', 'c'].map((sub) => ProtocolClient.open(url, token(sub))),
    );
    await realtime.closeConnections('server_shutdown');
    for (const client of clients) {
      expect(await client.next()).toMatchObject({ type: 'closing', reason: 'server_shutdown' });
      await client.closed;
    }
  });
});

import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { describe, expect, it } from 'vitest';
import {
  anEvent,
  ProtocolClient,
  serve,
  someEvents,
  startTestBed,
} from '../testing/running-realtime.ts';

const { dynamo, pool, realtime: build, twoRealtimes } = await startTestBed();
const { token } = pool;
const HOUR_MS = 3_600_000;

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
    const startMs = Math.floor(realTimeMs() / HOUR_MS) * HOUR_MS;
    let ahead = 0;
    const { url } = await serve(
      await build({ messagesPerMinute: 2, clock: () => startMs + ahead }),
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
    const tablePrefix = await dynamo.freshTables();
    const realtime = await build({ tablePrefix, logger });
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    await dynamo.dropTable(`${tablePrefix}channel-log`);
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

  it.each([
    ['subscribes', { action: 'subscribe', channel: 'user/ada' }],
    ['authenticates', { action: 'authenticate', token: token('ada') }],
  ])(
    'of a connection that is forgotten while it %s ends it instead of answering',
    async (_, ask) => {
      const { realtime, other, proxy } = await twoRealtimes();
      const { url } = await serve(realtime);
      const client = await ProtocolClient.open(url, token('ada'));
      const { asked, release } = proxy.hold(
        ({ operation, body }) => operation === 'UpdateItem' && !body.includes('messages'),
      );
      client.send({ ...ask, id: 'x' });
      await asked;
      for await (const page of other.registry.connections({ sub: 'ada' })) {
        for (const { connectionId } of page) await other.registry.remove(connectionId);
      }
      release();
      expect(await client.closed).toMatchObject({ code: 1000 });
    },
  );
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
